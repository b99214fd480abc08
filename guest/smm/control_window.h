// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "devices/hotplug_spec.h"
#include "guest/chips/cpu.h"

// The control window of the hotplug controller. Answers to SMM only, once SMRAM is locked.
namespace unpark::guest::control_window {

namespace registers = spec::hotplug;

inline void select(std::uint32_t slot) {
  out32(registers::kControlWindow + registers::kSelector, slot);
}
inline void command(registers::Command c) {
  out8(registers::kControlWindow + registers::kCommand, c);
}
inline std::uint32_t data() {
  return in32(registers::kControlWindow + registers::kCommandData);
}
inline std::uint8_t flags() {
  return in8(registers::kControlWindow + registers::kFlags);
}
inline void act(std::uint8_t flags) {
  out8(registers::kControlWindow + registers::kFlags, flags);
}

inline std::uint32_t arch_id(std::uint32_t slot) {
  select(slot);
  command(registers::kCommandArchId);
  return data();
}

}  // namespace unpark::guest::control_window
