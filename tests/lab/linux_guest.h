// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "tests/lab/live_machine.h"

namespace unpark {

// Debian's OVMF and Debian's kernel with the userland of lab/linux, driven over COM1.
struct LinuxOptions {
  std::uint32_t cpus = 1, max_cpus = 4;
  std::uint64_t memory = 512 << 20;
  std::string code = "OVMF_CODE_4M.secboot.fd", vars_template = "OVMF_VARS_4M.fd";
  std::string vars;  // file that keeps the variables; empty: one that ends with the guest
  std::string append;
  Nanoseconds removal_deadline = std::chrono::seconds{120};
};

class LinuxGuest {
 public:
  // Firmware and kernel are there. Otherwise a sentence that says what is missing.
  static std::string why_not();
  // Made and started. Null, and a failure of the test: it could not be made.
  static std::unique_ptr<LinuxGuest> start(const LinuxOptions& options);

  LiveMachine& machine() { return *machine_; }
  // Userland is up for the `boots`th time since the start.
  bool wait_up(unsigned boots = 1);
  // What `command` prints, without its last newline. A failure of the test if it does not end.
  std::string sh(const std::string& command);
  // Until `command` prints `wanted`; false after a generous number of tries.
  bool wait_sh(const std::string& command, const std::string& wanted);
  // For a failure's message: what was logged, and the end of the console output.
  std::string what_happened();
  // DEVICE_DELETED for `id`, told `times` times.
  bool wait_deleted(const std::string& id, std::size_t times = 1);
  bool wait_inserted(VcpuId cpu, std::size_t times = 1);  // _OST: insertion went well
  std::string remove(const std::string& id);              // the refusal's sentence, or empty

 private:
  // Until `times` events of this kind that `fits` came.
  template <class E, class Fits>
  bool wait_events(std::size_t times, Fits fits) {
    return machine_->wait([&](const Seen& s) {
      return static_cast<std::size_t>(
                 std::count_if(s.events.begin(), s.events.end(), [&](const QmpEvent& e) {
                   const auto* event = std::get_if<E>(&e);
                   return event != nullptr && fits(*event);
                 })) >= times;
    });
  }
  explicit LinuxGuest(std::unique_ptr<LiveMachine> machine) : machine_(std::move(machine)) {}

  TempDir directory_;
  std::unique_ptr<LiveMachine> machine_;
  unsigned commands_ = 0;
};

}  // namespace unpark
