// SPDX-License-Identifier: Apache-2.0
#include "devices/pvpanic.h"

#include "devices/pvpanic_spec.h"

namespace unpark {

namespace {

namespace pv = spec::pvpanic;

constexpr std::uint64_t kTaken = pv::Panicked::kMask | pv::CrashLoaded::kMask;

Result<Done, IoFault> check(Access at) {
  if (at.offset >= pv::kSize) return Unexpected{IoFault::kBadOffset};
  if (at.width != 1) return Unexpected{IoFault::kBadWidth};
  return Done{};
}

}  // namespace

Result<std::uint64_t, IoFault> Pvpanic::read(Access at) {
  TRY(check(at));
  return kTaken;
}

Result<Done, IoFault> Pvpanic::write(Access at, std::uint64_t value) {
  TRY(check(at));
  if (!sink_) return Done{};
  if (pv::Panicked::get(value))
    sink_(GuestPanic::kPanicked);
  else if (pv::CrashLoaded::get(value))
    sink_(GuestPanic::kCrashLoaded);
  return Done{};
}

}  // namespace unpark
