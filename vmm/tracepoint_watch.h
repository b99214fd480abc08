// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "vmm/event_loop.h"
#include "vmm/hotplug_trace.h"
#include "vmm/kvm_tracepoints.h"
#include "vmm/steady_clock.h"
#include "vmm/step_inference.h"

namespace unpark {

// Reads KVM's tracepoints while a hot-add is open, and notes the steps they show. Lives on the
// event loop's thread. Where this host gives no tracefs nothing is noted, and one debug line in the
// log says why.
//
// Reads every kTick, and at most KvmTracepoints::kMostPerRead then: a guest that sends IPIs in a
// loop costs the loop a bounded share of its time, and loses what the ring buffer cannot hold.
class TracepointWatch {
 public:
  struct Host {
    std::function<std::int64_t(VcpuId)> thread_id;  // 0: it has none
    // The new CPU has left SMM. Reads its SMBASE; true if it halts. It is stopped for that.
    std::function<bool(VcpuId)> look;
  };

  // `clock`, `tracer` and `loop` outlive the watch.
  TracepointWatch(EventLoop& loop, const SteadyClock& clock, HotplugTracer& tracer,
                  std::uint32_t possible, Host host);
  ~TracepointWatch();
  TracepointWatch(const TracepointWatch&) = delete;
  TracepointWatch& operator=(const TracepointWatch&) = delete;

  // Makes the ring buffer, on a thread of its own. Hot-adds that are ordered before it is there are
  // not traced. Empty: never.
  void prepare(const std::string& tracefs);
  [[nodiscard]] bool ready() const { return tracepoints_ != nullptr; }
  // `cpu` was ordered, as record `number`, and nobody in the guest knows yet. True: it is watched.
  bool open(std::uint64_t number, VcpuId cpu);
  // What is known now is noted, and the record is not watched any more. It closes by itself once
  // the CPU has joined the OS.
  void close(std::uint64_t number);

 private:
  struct Watched {
    VcpuId cpu;
    unsigned looks_left = 0;
  };

  void prepared(Result<std::unique_ptr<KvmTracepoints>, Error> made);
  bool start();
  void stop();
  void tick();
  void read();
  void note(const StepInference::Seen& seen);
  void look_at_new_cpus();

  static constexpr Nanoseconds kTick = std::chrono::milliseconds{20};
  // For the few instructions from SMM to the HLT.
  static constexpr unsigned kLooks = 50;

  EventLoop& loop_;
  const SteadyClock& clock_;
  HotplugTracer& tracer_;
  const std::uint32_t possible_;
  const Host host_;
  std::thread preparing_;
  std::unique_ptr<KvmTracepoints> tracepoints_;  // null: not there yet, or not on this host
  std::optional<EventLoop::TimerId> timer_;      // runs while anything is watched
  std::map<std::uint64_t, Watched> watched_;     // by number of the record
  StepInference inference_;
  std::unordered_map<std::int64_t, VcpuId> cpu_of_thread_;
  std::uint64_t lost_ = 0;  // events, since start()
  Nanoseconds started_{0};
  // For what was posted to the loop and is run after this object is gone.
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace unpark
