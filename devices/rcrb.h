// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>

#include "devices/bus/device.h"
#include "devices/lpc_spec.h"

namespace unpark {

// Root complex register block of the ICH9, 16 KiB of memory at RCBA.
// Spec:     Intel I/O Controller Hub 9 datasheet (316972), 10.1.
// Done:     answers while RCBA enables it.
// Missing:  every register: all read zero, writes are dropped. OVMF sets RCBA and touches none.
// Differs:  the block does not move; the LPC bridge enables it when RCBA holds its address.
// Locking:  none; `enabled` is atomic.
class Rcrb final : public IoDevice {
 public:
  [[nodiscard]] std::string_view name() const override { return "rcrb"; }
  Result<std::uint64_t, IoFault> read(Access at) override {
    (void)TRY(check(at));
    return std::uint64_t{0};
  }
  Result<Done, IoFault> write(Access at, std::uint64_t) override { return check(at); }

  void set_enabled(bool enabled) { enabled_ = enabled; }
  void reset() { enabled_ = false; }

 private:
  [[nodiscard]] Result<Done, IoFault> check(Access at) const {
    if (!enabled_) return Unexpected{IoFault::kNotDecoded};
    if (at.offset >= spec::lpc::rcba::kSize) return Unexpected{IoFault::kBadOffset};
    if (at.offset % at.width != 0) return Unexpected{IoFault::kUnaligned};
    return Done{};
  }
  std::atomic<bool> enabled_{false};
};

}  // namespace unpark
