// SPDX-License-Identifier: Apache-2.0
#include "devices/reset_control.h"

#include "devices/reset_control_spec.h"

namespace unpark {

namespace {

namespace rc = spec::reset_control;

constexpr auto kStored = static_cast<std::uint8_t>(rc::SystemReset::kMask | rc::FullReset::kMask);

Result<Done, IoFault> check(Access at) {
  if (at.offset >= rc::kSize) return Unexpected{IoFault::kBadOffset};
  if (at.width != 1) return Unexpected{IoFault::kBadWidth};
  return Done{};
}

}  // namespace

Result<std::uint64_t, IoFault> ResetControl::read(Access at) {
  TRY(check(at));
  return std::uint64_t{value_};
}

Result<Done, IoFault> ResetControl::write(Access at, std::uint64_t value) {
  TRY(check(at));
  const auto v = static_cast<std::uint8_t>(value);
  value_ = v & kStored;
  if (rc::ResetCpu::get(v) && on_reset_) on_reset_(ResetSource::kResetControl);
  return Done{};
}

}  // namespace unpark
