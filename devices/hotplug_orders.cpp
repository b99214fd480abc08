// SPDX-License-Identifier: Apache-2.0
// The host's side of the hotplug controller: orders and questions. hotplug_core.cpp has the
// guest's.
#include <algorithm>

#include "devices/hotplug_core.h"

namespace unpark {

void HotplugCore::reset(std::span<const VcpuId> present) {
  std::fill(slots_.begin(), slots_.end(), HotplugSlot{});
  for (const VcpuId cpu : present)
    if (cpu.value < possible()) slots_[cpu.value].state = SlotState::kPresent;
  windows_ = {};
  smram_locked_ = false;
  explicit_unpark_ = false;
  eject_under_way_ = false;
  ++epoch_;
  ++progress_;
}

Result<Done, HotplugError> HotplugCore::plug(VcpuId cpu) {
  if (cpu.value >= possible()) return Unexpected{HotplugError::kNoSuchSlot};
  HotplugSlot& s = slots_[cpu.value];
  if (s.state != SlotState::kAbsent) return Unexpected{HotplugError::kOccupied};
  s.state = SlotState::kInserted;
  ++progress_;
  return Done{};
}

Result<Done, HotplugError> HotplugCore::withdraw(VcpuId cpu) {
  if (cpu.value >= possible()) return Unexpected{HotplugError::kNoSuchSlot};
  HotplugSlot& s = slots_[cpu.value];
  if (s.state == SlotState::kAbsent) return Unexpected{HotplugError::kEmpty};
  if (s.state != SlotState::kInserted) return Unexpected{HotplugError::kClaimed};
  s.state = SlotState::kAbsent;
  ++progress_;
  return Done{};
}

Result<Done, HotplugError> HotplugCore::request_removal(VcpuId cpu) {
  if (cpu.value >= possible()) return Unexpected{HotplugError::kNoSuchSlot};
  if (cpu.value == 0) return Unexpected{HotplugError::kBootCpu};
  HotplugSlot& s = slots_[cpu.value];
  if (s.state == SlotState::kAbsent) return Unexpected{HotplugError::kEmpty};
  if (s.unclaimed()) return Unexpected{HotplugError::kNotClaimed};
  if (s.state == SlotState::kEjecting || s.firmware_remove)
    return Unexpected{HotplugError::kRemovalUnderWay};
  // Asking again is allowed: the OS may have acknowledged the first request and done nothing.
  s.removal_asked = true;
  s.remove_event = true;
  ++progress_;
  return Done{};
}

Result<Done, HotplugError> HotplugCore::cancel_removal(VcpuId cpu) {
  if (cpu.value >= possible()) return Unexpected{HotplugError::kNoSuchSlot};
  HotplugSlot& s = slots_[cpu.value];
  if (s.state == SlotState::kEjecting || s.firmware_remove)
    return Unexpected{HotplugError::kRemovalUnderWay};
  if (!s.removal_asked) return Unexpected{HotplugError::kNotAsked};
  s.removal_asked = false;
  s.remove_event = false;
  ++progress_;
  return Done{};
}

Result<HotplugSlot, HotplugError> HotplugCore::slot(VcpuId cpu) const {
  if (cpu.value >= possible()) return Unexpected{HotplugError::kNoSuchSlot};
  return slots_[cpu.value];
}

bool HotplugCore::events_unconsumed() const {
  return std::any_of(slots_.begin(), slots_.end(),
                     [](const HotplugSlot& s) { return s.unconsumed(); });
}

}  // namespace unpark
