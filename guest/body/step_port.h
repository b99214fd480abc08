// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "guest/body/steps.h"
#include "guest/chips/cpu.h"

namespace unpark::guest {

inline void tell_step_port(std::uint8_t code, std::uint32_t cpu) {
  namespace port = spec::step_port;
  const auto value = port::Code::with(std::uint32_t{0}, code);
  out32(port::kPort, port::Cpu::with(value, static_cast<std::uint16_t>(cpu)));
}
inline void mark(spec::step_port::Marker marker, std::uint32_t cpu) {
  tell_step_port(marker, cpu);
}
// `cpu` is whom the step is about. Nobody outside SMM may know that at steps 04 and 05: there it is
// the CPU that takes them. The step is told first: it is what the VMM takes the time of.
inline void take_step(StepTimes& times, Step step, std::uint32_t cpu) {
  tell_step_port(step, cpu);
  times[index_of(step)] = read_tsc();
}

}  // namespace unpark::guest
