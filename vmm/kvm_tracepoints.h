// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "vmm/line_splitter.h"
#include "vmm/trace_instance.h"
#include "vmm/trace_line.h"

namespace unpark {

// KVM's tracepoints about SMM and about the IPIs that matter for a hot-add: SMI, NMI, INIT, SIPI.
// Off until start(): they then cost nothing. While they are on, the kernel records only what
// threads called "vcpu-*" do, and no fixed interrupts. Which threads are whose is for the reader to
// say: the kernel's filter by thread would have to be written anew for every new CPU, and each
// writing waits for an RCU grace period.
class KvmTracepoints {
 public:
  // On any thread; takes the kernel tens of milliseconds. Also tries out that the kernel calls this
  // thread by the number it has here (not so in a PID namespace), by CLOCK_MONOTONIC.
  static Result<std::unique_ptr<KvmTracepoints>, Error> create(const std::string& tracefs);

  Result<Done, Error> start();
  // What is in the buffer stays to be read.
  Result<Done, Error> stop();
  // Reads what there is, at most kMostPerRead bytes. True: all of it.
  using Sink = std::function<void(TraceLine&&)>;
  bool read(const Sink& sink);

  static constexpr std::size_t kMostPerRead = 64 * 1024;

 private:
  KvmTracepoints(TraceInstance instance, UniqueFd pipe)
      : instance_(std::move(instance)), pipe_(std::move(pipe)) {}
  Result<Done, Error> set_up();
  Result<Done, Error> try_out();
  [[nodiscard]] Result<Done, Error> enable(std::string_view on) const;

  TraceInstance instance_;  // goes last: the kernel keeps it while the pipe is open
  UniqueFd pipe_;
  LineSplitter lines_;
};

}  // namespace unpark
