// SPDX-License-Identifier: Apache-2.0
#include "devices/port92.h"

#include "devices/port92_spec.h"

namespace unpark {

namespace {

namespace p92 = spec::port92;

constexpr auto kStored = static_cast<std::uint8_t>(p92::InitNow::kMask | p92::A20::kMask);

Result<Done, IoFault> check(Access at) {
  if (at.offset >= p92::kSize) return Unexpected{IoFault::kBadOffset};
  if (at.width != 1) return Unexpected{IoFault::kBadWidth};
  return Done{};
}

}  // namespace

Result<std::uint64_t, IoFault> Port92::read(Access at) {
  TRY(check(at));
  return std::uint64_t{value_};
}

Result<Done, IoFault> Port92::write(Access at, std::uint64_t value) {
  TRY(check(at));
  const auto now = static_cast<std::uint8_t>(value & kStored);
  const std::uint8_t before = value_.exchange(now);
  const bool rises = p92::InitNow::get(now) && !p92::InitNow::get(before);
  if (rises && on_reset_) on_reset_(ResetSource::kPort92);
  return Done{};
}

}  // namespace unpark
