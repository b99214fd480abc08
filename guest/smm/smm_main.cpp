// SPDX-License-Identifier: Apache-2.0
#include "devices/apm_spec.h"
#include "guest/body/interrupts.h"
#include "guest/chips/cpu.h"
#include "guest/smm/claim.h"
#include "guest/smm/control_window.h"
#include "guest/smm/quick_session.h"
#include "guest/smm/rendezvous.h"
#include "guest/smm/smm_clock.h"

namespace unpark::guest::smm {

namespace {

namespace registers = spec::hotplug;

// CPUs that the OS agreed to give back: they halt in here, and the VMM takes them.
void eject(std::uint32_t slot) {
  const std::uint32_t id = config.apic_id_of_slot[slot];
  // Only who is held here: a CPU that was claimed in this very session has left SMM again.
  if (!config.known[id] || id == config.monarch || !seat_of(id).doom()) return;
  config.known[id] = false;
  wait_until(1'000'000, [&] { return seat_of(id).state() == CpuState::kHalted; });
  control_window::select(slot);
  control_window::act(registers::action::Eject::with(std::uint8_t{0}, true));
  report().last_removed = id;
  write_once(report().removed_sequence, report().removed_sequence + 1);
}

// The walk of OVMF's CpuHotplugSmm: command 0 finds the next CPU with an event, from the selector
// on, wrapping.
void walk_controller() {
  for (std::uint32_t slot = 0; slot < config.possible; ++slot) {
    control_window::select(slot);
    control_window::command(registers::kCommandNextPending);
    const std::uint32_t found = control_window::data();
    if (found < slot || found >= config.possible) return;
    slot = found;
    const std::uint8_t flags = control_window::flags();
    const bool insert = registers::status::Insert::get(flags);
    const bool leaves = registers::status::FirmwareRemove::get(flags);
    if (insert && !leaves) {
      // QEMU leaves the event to the OS: a CPU that is known already is no news.
      if (!config.known[config.apic_id_of_slot[slot]]) claim(slot);
    } else if (leaves) {
      eject(slot);
    } else if (!registers::status::Remove::get(flags)) {
      return;
    }
  }
}

// With explicit unpark any SMI will do, whoever sent it and whatever APM_CNT holds: the VMM may
// have ordered it (--hotplug-trigger=vmm), and an OS that keeps writing APM_CNT cannot hide that.
bool work_to_do() {
  if (!config.hotplug || config.empty_handler) return false;
  if (config.explicit_unpark) return registers::status::FirmwareWork::get(control_window::flags());
  return in8(spec::apm::kControlPort) == registers::kApmCpuHotplug;
}

void lead() {
  std::uint32_t missing = 0;
  if (gather(missing)) {
    if (work_to_do()) walk_controller();
  } else {
    report().last_missing = missing;
    write_once(report().incomplete, report().incomplete + 1);
    if (work_to_do()) write_once(report().postponed, report().postponed + 1);
  }
  prepare_quick_session();
  write_once(report().sessions, report().sessions + 1);
  release_all();
}

void unexpected_interrupt(const InterruptFrame&) {}
constinit bool interrupts_ready = false;

}  // namespace

// Every CPU, from smm/smm_entry.S, on a stack in TSEG.
extern "C" void unpark_guest_smm(std::uint32_t apic_id) {
  load_descriptor_tables();
  if (apic_id != config.monarch) return follow(apic_id);
  if (!interrupts_ready) set_up_interrupts(unexpected_interrupt, "smm");
  interrupts_ready = true;
  lead();
}

}  // namespace unpark::guest::smm
