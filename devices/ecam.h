// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
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
// Locking:  none; the one word of state is atomic.
class Ecam final : public IoDevice {
 public:
  // `on_first_use`: told of the first access after each time the window was switched on, before it
  // is carried out, on the accessor's thread. May be null.
  explicit Ecam(std::shared_ptr<const PciTopology> topology,
                std::function<void()> on_first_use = nullptr);
  [[nodiscard]] std::string_view name() const override { return "ecam"; }
  Result<std::uint64_t, IoFault> read(Access at) override;
  Result<Done, IoFault> write(Access at, std::uint64_t value) override;

  // Off after reset; a disabled window refuses with kNotDecoded.
  void set_enabled(bool enabled);
  void reset() { state_ = State::kOff; }

 private:
  enum class State : std::uint8_t { kOff, kUnused, kUsed };
  [[nodiscard]] Result<PciFunction*, IoFault> target(Access at);

  // Wiring.
  std::shared_ptr<const PciTopology> topology_;
  const std::function<void()> on_first_use_;
  // State.
  std::atomic<State> state_{State::kOff};
};

}  // namespace unpark
