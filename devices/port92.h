// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstdint>
#include <utility>

#include "devices/bus/device.h"
#include "devices/reset_request.h"

namespace unpark {

// Fast A20 and INIT, port 0x92.
// Spec:     Intel ICH9 datasheet, 13.7.3 (PORT92).
// Done:     both bits read back; a rising INIT_NOW resets.
// Missing:  nothing.
// Differs:  A20 is never masked. INIT_NOW resets the whole machine instead of sending INIT.
// Locking:  none; one atomic register.
class Port92 final : public IoDevice {
 public:
  explicit Port92(ResetSink on_reset) : on_reset_(std::move(on_reset)) {}

  std::string_view name() const override { return "port92"; }
  Result<std::uint64_t, IoFault> read(Access at) override;
  Result<Done, IoFault> write(Access at, std::uint64_t value) override;
  void reset() { value_ = 0; }

 private:
  const ResetSink on_reset_;
  std::atomic<std::uint8_t> value_{0};
};

}  // namespace unpark
