// SPDX-License-Identifier: Apache-2.0
#include "devices/fw_cfg_spec.h"
#include "guest/body/cpu_start.h"
#include "guest/body/report.h"
#include "guest/chips/fw_cfg_client.h"
#include "guest/chips/lapic.h"
#include "guest/chips/pm_timer.h"
#include "guest/firmware/firmware.h"
#include "guest/firmware/machine.h"
#include "guest/smm/control_window.h"

namespace unpark::guest::firmware {

namespace {

constexpr std::uint64_t kStartUs = 5'000'000;
constinit std::uint32_t started = 0;

// Waits for the SMI of the SMBASE relocation, then for INIT from the OS.
void wait_in_firmware(std::uint32_t apic_id) {
  machine.cold_boot[apic_id] = true;
  __atomic_fetch_add(&started, 1u, __ATOMIC_ACQ_REL);
  halt_for_ever();
}

// Counts slots as OVMF's PlatformPei does: a selector out of range reads as 0. The first write
// switches QEMU's block from its legacy interface.
void enumerate_slots() {
  control_window::select(0);
  control_window::select(0);
  control_window::command(spec::hotplug::kCommandNextPending);
  std::uint32_t possible = 0;
  do {
    ++possible;
    control_window::select(possible);
  } while (possible < GUEST_MAX_CPUS && control_window::data() == possible);
  machine.possible = possible;
  for (std::uint32_t slot = 0; slot < possible; ++slot)
    machine.apic_id_of_slot[slot] = static_cast<std::uint8_t>(control_window::arch_id(slot));
}

}  // namespace

bool find_cpus() {
  machine.boot_cpu = initial_apic_id();
  machine.cold_boot[machine.boot_cpu] = true;
  lapic::enable();
  enumerate_slots();
  machine.present = fw_cfg::read_value<std::uint16_t>(spec::fw_cfg::kNbCpus);
  if (machine.present > 1) {
    prepare_cpu_start(wait_in_firmware);
    start_other_cpus();
    wait_until(kStartUs, [] { return read_once(started) + 1 >= machine.present; });
  }
  const std::uint32_t here = read_once(started) + 1;
  return Report("cold-boot-cpus")
      .dec("present", machine.present)
      .dec("started", here)
      .dec("possible", machine.possible)
      .verdict(machine.present != 0 && here == machine.present);
}

}  // namespace unpark::guest::firmware
