// SPDX-License-Identifier: Apache-2.0
#include "devices/hotplug_core.h"

#include <algorithm>

#include "devices/hotplug_spec.h"

namespace unpark {

namespace {

namespace hp = spec::hotplug;

// Exact widths: a dword for the two u32 registers, a byte for the two u8 registers.
Result<Done, IoFault> check_register(Access at) {
  switch (at.offset) {
    case hp::kSelector:
    case hp::kCommandData:
      if (at.width != 4) return Unexpected{IoFault::kBadWidth};
      return Done{};
    case hp::kFlags:
    case hp::kCommand:
      if (at.width != 1) return Unexpected{IoFault::kBadWidth};
      return Done{};
    case 6:
    case 7:
      return Unexpected{IoFault::kBadOffset};
    default:
      return Unexpected{at.offset < hp::kWindowSize ? IoFault::kUnaligned : IoFault::kBadOffset};
  }
}

}  // namespace

// ---- reads

Result<std::uint64_t, IoFault> HotplugCore::read(HotplugWindow which, Access at) const {
  if (!gate_open(which, at)) return Unexpected{IoFault::kForbidden};
  TRY(check_register(at));
  const Window& w = window(which);
  if (w.selector >= possible()) return std::uint64_t{0};
  switch (at.offset) {
    case hp::kFlags:
      return std::uint64_t{flags(which, slots_[w.selector])};
    case hp::kCommandData:
      // The slot number is the APIC ID, so both commands answer with the selector.
      return std::uint64_t{
          w.command == hp::kCommandNextPending || w.command == hp::kCommandArchId ? w.selector : 0};
    default:
      return std::uint64_t{0};  // command data 2: ARCH_ID[63:32] is 0
  }
}

std::uint8_t HotplugCore::flags(HotplugWindow which, const HotplugSlot& s) const {
  const bool firmware = which == HotplugWindow::kControl;
  std::uint8_t f = 0;
  f = hp::status::Enabled::with(f, s.claimed() || (firmware && s.unclaimed()));
  f = hp::status::Insert::with(f, firmware ? s.unclaimed() : s.insert_event);
  f = hp::status::Remove::with(f, s.remove_event);
  f = hp::status::FirmwareRemove::with(f, s.firmware_remove);
  return hp::status::FirmwareWork::with(f, firmware && explicit_unpark_ && firmware_work());
}

bool HotplugCore::firmware_work() const {
  return std::ranges::any_of(
      slots_, [](const HotplugSlot& s) { return s.unclaimed() || s.firmware_remove; });
}

// ---- writes

HotplugCore::Effect HotplugCore::write(HotplugWindow which, Access at, std::uint32_t value) {
  if (!gate_open(which, at)) return Unexpected{IoFault::kForbidden};
  TRY(check_register(at));
  Window& w = window(which);
  if (at.offset == hp::kSelector) {
    w.selector = value;
    w.ost_event = 0;  // an event and its status are about one CPU
    return HotplugEffect{};
  }
  if (w.selector >= possible()) return HotplugEffect{};
  switch (at.offset) {
    case hp::kFlags:
      return write_flags(which, at, static_cast<std::uint8_t>(value));
    case hp::kCommand:
      return write_command(which, at, static_cast<std::uint8_t>(value));
    default:
      return write_data(which, value);
  }
}

HotplugCore::Effect HotplugCore::write_flags(HotplugWindow which, Access at, std::uint8_t value) {
  const std::uint32_t cpu = window(which).selector;
  if (hp::action::ClearInsert::get(value)) return clear_insert(which, cpu);
  if (hp::action::ClearRemove::get(value)) return clear_remove(which, cpu);
  if (hp::action::Eject::get(value)) return eject(which, at, cpu);
  if (hp::action::SetFirmwareRemove::get(value)) return set_firmware_remove(which, cpu);
  if (hp::action::Unpark::get(value)) return unpark_by_flag(which, at, cpu);
  return HotplugEffect{};
}

HotplugCore::Effect HotplugCore::write_command(HotplugWindow which, Access at, std::uint8_t value) {
  if (value > hp::kCommandArchId) return HotplugEffect{};
  if (value == hp::kCommandArchId && which == HotplugWindow::kOs)
    return Unexpected{IoFault::kForbidden};
  Window& w = window(which);
  w.command = value;
  if (value == hp::kCommandNextPending) select_next_pending(which);
  const bool claims = value == hp::kCommandArchId && at.in_smm && !explicit_unpark_;
  if (claims && slots_[w.selector].state == SlotState::kInserted) return start_unpark(w.selector);
  return HotplugEffect{};
}

HotplugEffect HotplugCore::write_data(HotplugWindow which, std::uint32_t value) {
  Window& w = window(which);
  if (w.command == hp::kCommandOstEvent) w.ost_event = value;
  if (w.command == hp::kCommandOstStatus)
    return hotplug_effect::OspmStatus{VcpuId{w.selector}, w.ost_event, value};
  return {};
}

bool HotplugCore::pending(HotplugWindow which, const HotplugSlot& s) const {
  if (which == HotplugWindow::kOs) return s.insert_event || s.remove_event;
  return s.unclaimed() || s.remove_event || s.firmware_remove;
}

void HotplugCore::select_next_pending(HotplugWindow which) {
  Window& w = window(which);
  for (std::uint32_t i = 0; i < possible(); ++i) {
    const auto cpu = static_cast<std::uint32_t>((std::uint64_t{w.selector} + i) % possible());
    if (!pending(which, slots_[cpu])) continue;
    w.selector = cpu;
    return;
  }
}

// ---- flag actions

HotplugEffect HotplugCore::clear_insert(HotplugWindow which, std::uint32_t cpu) {
  HotplugSlot& s = slots_[cpu];
  // The firmware's answer to an insert is the claim; there is no other, so that none can be lost.
  if (which == HotplugWindow::kControl || !s.insert_event) return {};
  s.insert_event = false;
  ++progress_;
  return hotplug_effect::Acknowledged{VcpuId{cpu}, true};
}

HotplugEffect HotplugCore::clear_remove(HotplugWindow which, std::uint32_t cpu) {
  HotplugSlot& s = slots_[cpu];
  if (!s.remove_event) return {};
  s.remove_event = false;
  ++progress_;
  if (which == HotplugWindow::kControl) return {};
  return hotplug_effect::Acknowledged{VcpuId{cpu}, false};
}

HotplugCore::Effect HotplugCore::set_firmware_remove(HotplugWindow which, std::uint32_t cpu) {
  HotplugSlot& s = slots_[cpu];
  const bool removable = cpu != 0 && s.state == SlotState::kPresent;
  const bool may = which == HotplugWindow::kControl || s.removal_asked || guest_eject_allowed_;
  if (which == HotplugWindow::kOs && !(removable && may)) return Unexpected{IoFault::kForbidden};
  if (!removable) return HotplugEffect{};
  s.firmware_remove = true;
  // Never insert and fw_remove together: whoever lets the CPU go no longer waits for it.
  if (s.insert_event) {
    s.insert_event = false;
    ++progress_;
  }
  return HotplugEffect{};
}

HotplugCore::Effect HotplugCore::unpark_by_flag(HotplugWindow which, Access at, std::uint32_t cpu) {
  if (which == HotplugWindow::kOs || !at.in_smm) return Unexpected{IoFault::kForbidden};
  if (!explicit_unpark_ || slots_[cpu].state != SlotState::kInserted) return HotplugEffect{};
  return start_unpark(cpu);
}

HotplugEffect HotplugCore::start_unpark(std::uint32_t cpu) {
  slots_[cpu].state = SlotState::kClaiming;
  return hotplug_effect::Unpark{VcpuId{cpu}, epoch_};
}

HotplugCore::Effect HotplugCore::eject(HotplugWindow which, Access at, std::uint32_t cpu) {
  if (which == HotplugWindow::kOs || !at.in_smm) return Unexpected{IoFault::kForbidden};
  HotplugSlot& s = slots_[cpu];
  // The host waits until the ejected CPU has stopped. A CPU that ejects itself, or two that eject
  // each other, would wait for ever: one eject at a time, and never one's own.
  const bool possible_now = cpu != 0 && at.cpu.value != cpu && !eject_under_way_;
  if (!possible_now || s.state != SlotState::kPresent) return HotplugEffect{};
  s.state = SlotState::kEjecting;
  eject_under_way_ = true;
  return HotplugEffect{hotplug_effect::Eject{VcpuId{cpu}, epoch_}};
}

bool HotplugCore::finish_unpark(hotplug_effect::Unpark asked, bool done) {
  HotplugSlot& s = slots_[asked.cpu.value];
  if (asked.epoch != epoch_ || s.state != SlotState::kClaiming) return false;
  s.state = done ? SlotState::kPresent : SlotState::kInserted;
  if (!done) return false;
  s.insert_event = true;
  ++progress_;
  return true;
}

bool HotplugCore::finish_eject(hotplug_effect::Eject asked, bool done) {
  HotplugSlot& s = slots_[asked.cpu.value];
  if (asked.epoch != epoch_ || s.state != SlotState::kEjecting) return false;
  eject_under_way_ = false;
  s.state = SlotState::kPresent;
  if (!done) return false;
  if (s.unconsumed()) ++progress_;
  s = {};
  return true;
}

}  // namespace unpark
