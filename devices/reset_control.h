// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstdint>
#include <utility>

#include "devices/bus/device.h"
#include "devices/reset_request.h"

namespace unpark {

// Reset control register, port 0xCF9.
// Spec:     Intel ICH9 datasheet, 13.7.5 (RST_CNT).
// Done:     a rising RST_CPU resets the machine; SYS_RST and FULL_RST read back.
// Missing:  nothing.
// Differs:  a soft reset (SYS_RST 0) resets the whole machine like a hard one. RST_CPU is not
//           stored, so that every write with it set is a rising edge (0x06 twice, OVMF's way).
// Locking:  none; one atomic register.
class ResetControl final : public IoDevice {
 public:
  explicit ResetControl(ResetSink on_reset) : on_reset_(std::move(on_reset)) {}

  std::string_view name() const override { return "reset-control"; }
  Result<std::uint64_t, IoFault> read(Access at) override;
  Result<Done, IoFault> write(Access at, std::uint64_t value) override;
  void reset() { value_ = 0; }

 private:
  const ResetSink on_reset_;
  std::atomic<std::uint8_t> value_{0};
};

}  // namespace unpark
