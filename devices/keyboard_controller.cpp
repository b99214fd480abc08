// SPDX-License-Identifier: Apache-2.0
#include "devices/keyboard_controller.h"

#include "devices/keyboard_controller_spec.h"

namespace unpark {

namespace {

namespace kbc = spec::keyboard_controller;

Result<Done, IoFault> check(Access at) {
  if (at.offset >= kbc::kPortSize) return Unexpected{IoFault::kBadOffset};
  if (at.width != 1) return Unexpected{IoFault::kBadWidth};
  return Done{};
}

}  // namespace

Result<std::uint64_t, IoFault> KeyboardControllerPort::read(Access at) {
  TRY(check(at));
  return std::uint64_t{0xff};
}

Result<Done, IoFault> KeyboardControllerPort::write(Access at, std::uint64_t value) {
  TRY(check(at));
  if (role_ == Role::kCommand && value == kbc::kPulseReset && on_reset_)
    on_reset_(ResetSource::kKeyboardController);
  return Done{};
}

}  // namespace unpark
