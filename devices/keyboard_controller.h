// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <utility>

#include "devices/bus/device.h"
#include "devices/reset_request.h"

namespace unpark {

// One port of the 8042 that this machine does not have. Two of them: ports 0x60 and 0x64.
// Spec:     the PC/AT's 8042: commands F0-FF at port 0x64 pulse output lines, line 0 is reset.
// Done:     both ports read all ones, by which drivers see at once that nothing is there (status
//           with parity and timeout error); command 0xFE at 0x64 resets the machine.
// Missing:  the controller, keyboard and mouse.
// Differs:  of the pulse commands only 0xFE, which pulses the reset line alone, is known.
// Locking:  none; there is no state.
class KeyboardControllerPort final : public IoDevice {
 public:
  enum class Role { kData, kCommand };

  KeyboardControllerPort(Role role, ResetSink on_reset)
      : role_(role), on_reset_(std::move(on_reset)) {}

  std::string_view name() const override {
    return role_ == Role::kData ? "keyboard-data" : "keyboard-command";
  }
  Result<std::uint64_t, IoFault> read(Access at) override;
  Result<Done, IoFault> write(Access at, std::uint64_t value) override;

 private:
  const Role role_;
  const ResetSink on_reset_;
};

}  // namespace unpark
