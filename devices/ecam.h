// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <memory>

#include "devices/bus/device.h"
#include "devices/pci.h"

namespace unpark {

// PCI Express enhanced configuration access, 256 MiB of memory.
// Spec:     PCI Express Base 3.0, 7.2.2.
// Done:     accesses of 1, 2, 4 bytes within a dword; absent functions read all ones.
// Missing:  nothing.
// Differs:  the window does not move: the machine enables it when PCIEXBAR holds its address. An
//           8 byte access is refused; the specification lets a root complex do so.
// Locking:  none; `enabled` is atomic.
class Ecam final : public IoDevice {
 public:
  explicit Ecam(std::shared_ptr<const PciTopology> topology);
  [[nodiscard]] std::string_view name() const override { return "ecam"; }
  Result<std::uint64_t, IoFault> read(Access at) override;
  Result<Done, IoFault> write(Access at, std::uint64_t value) override;

  // Off after reset; a disabled window refuses with kNotDecoded.
  void set_enabled(bool enabled) { enabled_ = enabled; }
  void reset() { enabled_ = false; }

 private:
  [[nodiscard]] Result<PciFunction*, IoFault> target(Access at) const;

  // Wiring.
  std::shared_ptr<const PciTopology> topology_;
  // State.
  std::atomic<bool> enabled_{false};
};

}  // namespace unpark
