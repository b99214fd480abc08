// SPDX-License-Identifier: Apache-2.0
#include "devices/apm.h"

#include "devices/apm_spec.h"

namespace unpark {

namespace {

Result<Done, IoFault> check(Access at) {
  if (at.offset >= spec::apm::kSize) return Unexpected{IoFault::kBadOffset};
  if (at.width > 2) return Unexpected{IoFault::kBadWidth};
  if (at.width == 2 && at.offset != 0) return Unexpected{IoFault::kUnaligned};
  return Done{};
}

}  // namespace

Result<std::uint64_t, IoFault> Apm::read(Access at) {
  TRY(check(at));
  if (at.offset == spec::apm::kStatus) return std::uint64_t{status_};
  return at.width == 1 ? std::uint64_t{control_}
                       : std::uint64_t{control_} | std::uint64_t{status_} << 8;
}

Result<Done, IoFault> Apm::write(Access at, std::uint64_t value) {
  TRY(check(at));
  if (at.offset == spec::apm::kStatus) {
    status_ = static_cast<std::uint8_t>(value);
    return Done{};
  }
  // Status first: the handler of the SMI that the other half raises may look at it.
  if (at.width == 2) status_ = static_cast<std::uint8_t>(value >> 8);
  const auto control = static_cast<std::uint8_t>(value);
  control_ = control;
  if (pm_->apm_written(control)) smi_.raise_smi(at.cpu);
  return Done{};
}

void Apm::reset() {
  control_ = 0;
  status_ = 0;
}

}  // namespace unpark
