// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "tests/vmm/temp_dir.h"
#include "vmm/control_socket.h"
#include "vmm/guest_report.h"
#include "vmm/machine.h"

namespace unpark {

// What a machine has told so far.
struct Seen {
  std::vector<QmpEvent> events;  // the first kMostEvents
  std::uint64_t event_count = 0;
  std::vector<std::pair<std::uint8_t, VcpuId>> markers;
  std::vector<BootStage> stages;  // since the last reset
  std::string debug;              // bytes on the debug console, the first 64 KiB
  GuestReport serial;
  std::string console;  // all that came out of COM1, the last MiB
  bool held = false;    // a vCPU, by hold_at()

  template <class E>
  [[nodiscard]] std::size_t count() const {
    std::size_t n = 0;
    for (const QmpEvent& e : events) n += std::holds_alternative<E>(e) ? 1 : 0;
    return n;
  }
  template <class E>
  [[nodiscard]] const E* last() const {
    const E* found = nullptr;
    for (const QmpEvent& e : events)
      if (const E* one = std::get_if<E>(&e)) found = one;
    return found;
  }
  [[nodiscard]] std::size_t count_marker(std::uint8_t marker) const;
  [[nodiscard]] bool has_marker(std::uint8_t marker, VcpuId cpu) const;
  [[nodiscard]] bool said(std::string_view text) const {
    return debug.find(text) != std::string::npos;
  }
};

// A Machine with its event loop on a thread of its own, and optionally its control socket; and the
// log lines of this process meanwhile.
class LiveMachine {
 public:
  static constexpr std::size_t kMostEvents = 100'000;

  // Nothing runs yet. Null, and a failure of the test: it could not be made.
  static std::unique_ptr<LiveMachine> create(MachineConfig config, bool control_socket = false);
  ~LiveMachine();
  LiveMachine(const LiveMachine&) = delete;
  LiveMachine& operator=(const LiveMachine&) = delete;

  void start();
  // The vCPU that prints `text` on COM1 waits there from when Seen::held says so until let_go(). It
  // cannot be paused, reset or looked at meanwhile: that would wait for it, on the loop's thread.
  void hold_at(std::string text);
  void let_go();
  // Carries `f` out on the loop's thread and waits for it.
  void on_loop(const std::function<void(Machine&)>& f);
  // Until `done` holds of what was seen, for a generous time.
  bool wait(const std::function<bool(const Seen&)>& done);
  bool wait_said(std::string_view text);
  // Into COM1; returns when all of it was taken.
  void type(std::string_view text);
  template <class R>
  R look(const std::function<R(const Seen&)>& f) {
    std::lock_guard lock(m_);
    return f(seen_);
  }
  // As if no event had come yet: for a test that is not the first on this machine.
  void forget_events();
  std::string debug();
  // Orders a CPU without the socket; the refusal's sentence, or empty.
  std::string add(VcpuId cpu, const std::string& id);
  std::optional<HotplugRecord> record_of(VcpuId cpu);
  RunState run_state();
  std::string lifecycle_of(VcpuId cpu);
  [[nodiscard]] std::string socket() const { return directory_ / "qmp"; }
  // Everything logged since creation.
  [[nodiscard]] std::string log() const;

 private:
  LiveMachine();
  void run(MachineConfig config, bool control_socket);
  void changed(const std::function<void(Seen&)>& change);

  struct Log;
  TempDir directory_;
  std::unique_ptr<Log> log_;
  std::mutex m_;
  std::condition_variable cv_;
  Seen seen_;
  std::string hold_at_;  // empty: nobody is held any more
  bool created_ = false, failed_ = false, serial_room_ = false;
  // Of the loop's thread, valid while created_.
  EventLoop* loop_ = nullptr;
  Machine* machine_ = nullptr;
  std::thread thread_;  // last
};

// A flash image of 64 KiB whose reset vector jumps to `code`, at its start: there CS has base
// FFFF0000 and the offsets within `code` are those of its labels. The image is also at F0000.
std::vector<std::byte> flash_image(std::span<const std::byte> code);

}  // namespace unpark
