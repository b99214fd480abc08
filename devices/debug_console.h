// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <utility>

#include "devices/bus/device.h"

namespace unpark {

// Debug console, port 0x402.
// Spec:     QEMU's isa-debugcon: a byte written comes out, a read says that somebody listens.
// Done:     all of it.
// Missing:  nothing.
// Differs:  in nothing.
// Locking:  none. The sink may be called on several vCPU threads at once and locks for itself.
class DebugConsole final : public IoDevice {
 public:
  using Sink = std::function<void(std::uint8_t byte)>;
  explicit DebugConsole(Sink sink) : sink_(std::move(sink)) {}

  std::string_view name() const override { return "debug-console"; }
  Result<std::uint64_t, IoFault> read(Access at) override;
  Result<Done, IoFault> write(Access at, std::uint64_t value) override;

 private:
  const Sink sink_;
};

}  // namespace unpark
