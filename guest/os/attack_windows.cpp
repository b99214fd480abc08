// SPDX-License-Identifier: Apache-2.0
#include "devices/hotplug_spec.h"
#include "guest/body/report.h"
#include "guest/chips/cpu.h"
#include "guest/firmware/machine.h"
#include "guest/os/attack.h"
#include "guest/os/os_cpus.h"

namespace unpark::guest::os {

namespace {

namespace registers = spec::hotplug;

// One window, accessed from outside SMM; counts what it does and what was not refused.
class Probe {
 public:
  explicit Probe(std::uint16_t base) : base_(base) {}

  // Once a slot: a verdict is about all of them.
  void next_slot() { ++slots_; }
  [[nodiscard]] std::uint32_t slots() const { return slots_; }

  void write32(std::uint16_t offset, std::uint32_t v) {
    ++accesses_;
    out32(at(offset), v);
  }
  void write8(std::uint16_t offset, std::uint8_t v) {
    ++accesses_;
    out8(at(offset), v);
  }
  void expect_ones32(std::uint16_t offset) {
    ++accesses_;
    if (in32(at(offset)) != ~0u) ++leaks_;
  }
  void expect_ones8(std::uint16_t offset) {
    ++accesses_;
    if (in8(at(offset)) != 0xff) ++leaks_;
  }
  std::uint8_t flags() { return in8(at(registers::kFlags)); }
  [[nodiscard]] std::uint32_t data() const { return in32(at(registers::kCommandData)); }
  [[nodiscard]] std::uint32_t accesses() const { return accesses_; }
  [[nodiscard]] std::uint32_t leaks() const { return leaks_; }
  void leak() { ++leaks_; }

 private:
  [[nodiscard]] std::uint16_t at(std::uint16_t offset) const {
    return static_cast<std::uint16_t>(base_ + offset);
  }
  std::uint16_t base_;
  std::uint32_t slots_ = 0;
  std::uint32_t accesses_ = 0;
  std::uint32_t leaks_ = 0;
};

template <class Action>
std::uint8_t bit() {
  return Action::with(std::uint8_t{0}, true);
}

// Everything SMM does to unpark a CPU, and more, tried from here.
void attack_control_window(Probe& p, std::uint32_t slot) {
  namespace action = registers::action;
  p.next_slot();
  p.write32(registers::kSelector, slot);
  p.expect_ones32(registers::kSelector);
  p.expect_ones8(registers::kFlags);
  for (const auto command : {registers::kCommandNextPending, registers::kCommandArchId}) {
    p.write8(registers::kCommand, command);
    p.expect_ones32(registers::kCommandData);
    p.expect_ones32(registers::kCommandData2);
  }
  for (const auto v :
       {bit<action::ClearInsert>(), bit<action::ClearRemove>(), bit<action::Eject>(),
        bit<action::SetFirmwareRemove>(), bit<action::Unpark>(), std::uint8_t{0xff}}) {
    p.write8(registers::kFlags, v);
    p.expect_ones8(registers::kFlags);
  }
}

// Eject, unpark, removal that nobody asked for, ARCH_ID: none of it is the OS's business.
void attack_os_window(Probe& p, std::uint32_t slot) {
  namespace action = registers::action;
  p.next_slot();
  p.write32(registers::kSelector, slot);
  p.write8(registers::kCommand, registers::kCommandOstEvent);  // so that data reads as 0
  const std::uint8_t before = p.flags();
  for (const auto v :
       {bit<action::Eject>(), bit<action::SetFirmwareRemove>(), bit<action::Unpark>()}) {
    p.write8(registers::kFlags, v);
    if (p.flags() != before) p.leak();
  }
  p.write8(registers::kCommand, registers::kCommandArchId);
  if (p.data() != 0) p.leak();
}

}  // namespace

void attack_windows() {
  Probe control(registers::kControlWindow);
  for (std::uint32_t slot = 0; slot < machine.possible; ++slot)
    if (!online(machine.apic_id_of_slot[slot])) attack_control_window(control, slot);
  Report("control-window-refused")
      .dec("slots", control.slots())
      .dec("accesses", control.accesses())
      .dec("answered", control.leaks())
      .verdict(control.leaks() == 0);
  Probe os_window(registers::kOsWindow);
  for (std::uint32_t slot = 0; slot < machine.possible; ++slot) attack_os_window(os_window, slot);
  Report("os-window-refused")
      .dec("slots", os_window.slots())
      .dec("accesses", os_window.accesses())
      .dec("taken", os_window.leaks())
      .verdict(os_window.leaks() == 0);
}

}  // namespace unpark::guest::os
