// SPDX-License-Identifier: Apache-2.0
#include "devices/mch_spec.h"
#include "devices/pm_spec.h"
#include "guest/body/report.h"
#include "guest/chips/cpu.h"
#include "guest/chips/lapic.h"
#include "guest/chips/pm_timer.h"
#include "guest/chips/software_smi.h"
#include "guest/firmware/chips.h"
#include "guest/firmware/machine.h"
#include "guest/os/attack.h"
#include "guest/os/os_cpus.h"

namespace unpark::guest::os {

namespace {

constexpr std::uint32_t kAfterInitUs = 200;

// All claims and removals so far.
std::uint32_t controller_work() {
  std::uint32_t done = read_once(smm_report.removed_sequence);
  for (const HotAddRecord& r : smm_report.records) done += read_once(r.sequence);
  return done;
}

// Any online CPU but the boot CPU; the boot CPU if there is none.
std::uint32_t accomplice() {
  for (std::uint32_t slot = 0; slot < machine.possible; ++slot) {
    const std::uint32_t id = machine.apic_id_of_slot[slot];
    if (id != machine.boot_cpu && online(id)) return id;
  }
  return machine.boot_cpu;
}

}  // namespace

// One CPU keeps running OS code with its SMI pending, or waits for a SIPI where there is no SVM:
// SMM must notice, and start no CPU under its eyes.
void attack_rendezvous(std::uint8_t value) {
  constexpr char kCheck[] = "hotplug-waits-for-everybody";
  const std::uint32_t cpu = accomplice();
  if (cpu == machine.boot_cpu) return Report(kCheck).text("reason", "no-other-cpu").skip();
  const bool runs = hold_smis_off(cpu);
  if (!runs) {
    lapic::send(cpu, lapic::Mode::kInit);
    delay_microseconds(kAfterInitUs);
  }
  const std::uint32_t incomplete = read_once(smm_report.incomplete);
  const std::uint32_t postponed = read_once(smm_report.postponed);
  const std::uint32_t work = controller_work();
  software_smi(value);
  const std::uint32_t missed = read_once(smm_report.incomplete) - incomplete;
  const std::uint32_t left = read_once(smm_report.postponed) - postponed;
  const std::uint32_t done = controller_work() - work;
  const bool back = runs ? let_smis_in(cpu) : bring_up(cpu);
  if (left == 0 && missed != 0 && done == 0)
    return Report(kCheck).text("reason", "nothing-pending").skip();
  Report(kCheck)
      .text("it", runs ? "runs" : "waits-for-sipi")
      .dec("missing-cpu", smm_report.last_missing)
      .dec("incomplete", missed)
      .dec("postponed", left)
      .dec("done", done)
      .dec("back", back ? 1 : 0)
      .verdict(missed == 1 && left == 1 && done == 0 && back && smm_report.last_missing == cpu);
}

// The PM block switched off, this CPU's APIC ID rewritten, an IPI and a configuration access half
// done: SMM must need none of them, and leave them as they are.
void attack_registers_of_smm(std::uint8_t value) {
  namespace lpc = spec::lpc;
  constexpr std::uint32_t kOtherId = 0xfe000000;
  constexpr std::uint32_t kDestination = 0x5a000000;
  const std::uint32_t address =
      spec::pci::config_address::of(0, kMch.device, kMch.function, spec::mch::kPciexbarLow);
  disable_interrupts();
  const std::uint8_t decode = pci::read8(kLpc, lpc::kAcpiCntl);
  const std::uint8_t off = lpc::acpi_cntl::Enable::with(decode, false);
  pci::write8(kLpc, lpc::kAcpiCntl, off);
  const std::uint32_t timer = in32(spec::pm::kBase + spec::pm::kPmTimer);
  const std::uint32_t icr_high = read_mmio(lapic::kIcrHigh);
  const std::uint32_t id = read_mmio(lapic::kId);
  write_mmio(lapic::kId, kOtherId);
  write_mmio(lapic::kIcrHigh, kDestination);
  out32(spec::pci::kConfigAddressPort, address);
  software_smi(value);
  const std::uint32_t address_after = in32(spec::pci::kConfigAddressPort);
  const std::uint32_t destination_after = read_mmio(lapic::kIcrHigh);
  write_mmio(lapic::kIcrHigh, icr_high);
  const std::uint32_t id_after = read_mmio(lapic::kId);
  write_mmio(lapic::kId, id);
  const std::uint8_t decode_after = pci::read8(kLpc, lpc::kAcpiCntl);
  pci::write8(kLpc, lpc::kAcpiCntl, decode);
  enable_interrupts();
  Report("smm-spoils-no-register")
      .hex("pm-timer", timer)
      .hex("acpi-cntl", decode_after)
      .hex("config-address", address_after)
      .hex("apic-id", id_after)
      .hex("icr-high", destination_after)
      .verdict(timer == ~0u && decode_after == off && address_after == address &&
               id_after == kOtherId && destination_after == kDestination);
}

}  // namespace unpark::guest::os
