// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <utility>

#include "devices/bus/device.h"

namespace unpark {

// What the guest's OS says has happened to it. It is the guest's word.
enum class GuestPanic { kPanicked, kCrashLoaded };

// Paravirtual panic device, port 0x505.
// Spec:     QEMU docs/specs/pvpanic.
// Done:     both events; the mask of those that are taken.
// Missing:  the PCI variant; fw_cfg's etc/pvpanic-port, by which SeaBIOS finds the port (an OS is
//           told by ACPI); the shutdown event of QEMU 9.1.
// Differs:  a write with both bits is a panic, as on QEMU; other bits are ignored in silence.
// Locking:  none; there is no state. The sink may be called on several vCPU threads at once.
class Pvpanic final : public IoDevice {
 public:
  // On the writer's thread, before its write completes: only note the wish there.
  using Sink = std::function<void(GuestPanic)>;
  explicit Pvpanic(Sink sink) : sink_(std::move(sink)) {}

  [[nodiscard]] std::string_view name() const override { return "pvpanic"; }
  Result<std::uint64_t, IoFault> read(Access at) override;
  Result<Done, IoFault> write(Access at, std::uint64_t value) override;

 private:
  const Sink sink_;
};

}  // namespace unpark
