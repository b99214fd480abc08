// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <utility>

#include "devices/bus/device.h"
#include "devices/types.h"

namespace unpark {

// What the guest says on the step port. It is the guest's word, not proof: `at` tells which CPU
// said it, and whether in SMM.
struct StepReport {
  std::uint8_t code = 0;  // spec::step_port::Step or Marker, one of those listed there
  VcpuId about;           // as the guest has it; may be no CPU of this machine
  Access at;
};

// Step port: where the embedded guest reports the steps of a hot-add.
// Spec:     step_port_spec.h; docs/step-port.md.
// Done:     one dword write is one report. Codes that are not in the list, and the steps that are
//           the VMM's own (01a, 01b), are refused as kForbidden; so are reports with bits 15:8 set.
// Missing:  nothing.
// Differs:  in nothing: the port is ours. It cannot be read.
// Locking:  none. The sink may be called on several vCPU threads at once and locks for itself.
class StepPort final : public IoDevice {
 public:
  // On the reporting vCPU's thread, before its write completes.
  using Sink = std::function<void(const StepReport&)>;
  explicit StepPort(Sink sink) : sink_(std::move(sink)) {}

  std::string_view name() const override { return "step-port"; }
  Result<std::uint64_t, IoFault> read(Access at) override;
  Result<Done, IoFault> write(Access at, std::uint64_t value) override;

 private:
  const Sink sink_;
};

}  // namespace unpark
