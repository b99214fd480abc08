// SPDX-License-Identifier: Apache-2.0
#include "devices/step_port.h"

#include "devices/step_port_spec.h"

namespace unpark {

namespace {

namespace sp = spec::step_port;

// Codes that a guest may report. Steps 01a and 01b are the VMM's.
constexpr bool reportable(std::uint8_t code) {
  switch (code) {
    case sp::kStep04:
    case sp::kStep05:
    case sp::kStep06:
    case sp::kStep07a:
    case sp::kStep07b:
    case sp::kStep08a:
    case sp::kStep08b:
    case sp::kStep09:
    case sp::kStep10:
    case sp::kStep11:
    case sp::kStep12:
    case sp::kStep13:
    case sp::kStep14:
    case sp::kStep15:
    case sp::kMarkerReset:
    case sp::kMarkerSmramLocked:
    case sp::kMarkerOsReady:
    case sp::kMarkerCpuWorked:
    case sp::kMarkerReported:
      return true;
    default:
      return false;
  }
}

Result<Done, IoFault> check(Access at) {
  if (at.offset >= sp::kSize) return Unexpected{IoFault::kBadOffset};
  if (at.width != 4) return Unexpected{IoFault::kBadWidth};
  if (at.offset != 0) return Unexpected{IoFault::kUnaligned};
  return Done{};
}

}  // namespace

Result<std::uint64_t, IoFault> StepPort::read(Access at) {
  TRY(check(at));
  return Unexpected{IoFault::kForbidden};
}

Result<Done, IoFault> StepPort::write(Access at, std::uint64_t value) {
  TRY(check(at));
  const auto v = static_cast<std::uint32_t>(value);
  const std::uint8_t code = sp::Code::get(v);
  const std::uint32_t defined = sp::Code::kMask | sp::Cpu::kMask;
  if (!reportable(code) || (v & ~defined) != 0) return Unexpected{IoFault::kForbidden};
  if (sink_) sink_({.code = code, .about = VcpuId{sp::Cpu::get(v)}, .at = at});
  return Done{};
}

}  // namespace unpark
