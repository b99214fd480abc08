// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <memory>

#include "devices/bus/device.h"
#include "devices/pci.h"

namespace unpark {

// PCI configuration mechanism #1, ports 0xCF8-0xCFF.
// Spec:     PCI Local Bus 3.0, 3.2.2.3.2.
// Done:     address register (dword only, reads back), data of 1, 2, 4 bytes at its byte offset.
// Missing:  special cycles; buses behind bridges (there are none).
// Differs:  0xCF9 lies inside the address register. A byte access to it goes to `reset_control`, at
//           that device's offset 0.
// Locking:  none; the address register is atomic. Two CPUs that use the mechanism at once disturb
//           each other, as on hardware.
class PciHost final : public IoDevice {
 public:
  // `reset_control` may be null: then nothing is at 0xCF9.
  PciHost(std::shared_ptr<const PciTopology> topology, std::shared_ptr<IoDevice> reset_control);
  [[nodiscard]] std::string_view name() const override { return "pci-host"; }
  Result<std::uint64_t, IoFault> read(Access at) override;
  Result<Done, IoFault> write(Access at, std::uint64_t value) override;
  void reset() { address_ = 0; }

 private:
  struct Target {
    PciFunction* function;  // null: absent
    std::uint16_t offset;
  };
  [[nodiscard]] Result<Target, IoFault> data_target(Access at) const;

  // Wiring.
  std::shared_ptr<const PciTopology> topology_;
  std::shared_ptr<IoDevice> reset_control_;
  // State.
  std::atomic<std::uint32_t> address_{0};
};

}  // namespace unpark
