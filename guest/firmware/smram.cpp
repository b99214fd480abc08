// SPDX-License-Identifier: Apache-2.0
#include "devices/smi_features_spec.h"
#include "guest/body/image.h"
#include "guest/body/report.h"
#include "guest/body/step_port.h"
#include "guest/chips/kvm_yield.h"
#include "guest/chips/lapic.h"
#include "guest/chips/pm_timer.h"
#include "guest/firmware/chips.h"
#include "guest/firmware/firmware.h"
#include "guest/firmware/machine.h"
#include "guest/firmware/smi_lock.h"
#include "guest/smm/smm_entry.h"
#include "guest/smm/smm_layout.h"

namespace unpark::guest::firmware {

namespace {

namespace mch = spec::mch;

constexpr std::uint64_t kRelocateUs = 3'000'000;
constexpr std::uint8_t kClosed = mch::smram::Global::with(std::uint8_t{mch::smram::kReset}, true);

std::uint8_t esmramc(mch::esmramc::Size size, bool closed) {
  const auto sized = mch::esmramc::TsegSize::with(std::uint8_t{mch::esmramc::kReset}, size);
  return mch::esmramc::TsegEnable::with(sized, closed);
}

// Size and place of TSEG into the MCH, in the order OVMF uses. TSEG stays open.
mch::esmramc::Size place_tseg() {
  pci::write16(kMch, mch::kExtTsegMb, mch::kExtTsegQuery);
  const std::uint16_t extended = pci::read16(kMch, mch::kExtTsegMb);
  const bool offered = extended != mch::kExtTsegQuery && extended >= 4;
  machine.tseg_size = std::uint64_t{offered ? extended : 8u} << 20;
  machine.tseg = machine.low_ram_end - machine.tseg_size;
  const auto top = static_cast<std::uint32_t>(machine.low_ram_end);
  pci::write16(kMch, mch::kTolud, static_cast<std::uint16_t>(top >> 16));
  pci::write32(kMch, mch::kGbsm, top);
  pci::write32(kMch, mch::kBgsm, top);
  pci::write32(kMch, mch::kTsegmb, static_cast<std::uint32_t>(machine.tseg));
  const auto size = offered ? mch::esmramc::kSizeExtended : mch::esmramc::kSize8MiB;
  pci::write8(kMch, mch::kEsmramc, esmramc(size, false));
  pci::write8(kMch, mch::kSmram, kClosed);
  return size;
}

bool query_default_smbase() {
  pci::write8(kMch, mch::kSmbaseSmram, mch::smbase_smram::kQuery);
  return pci::read8(kMch, mch::kSmbaseSmram) == mch::smbase_smram::kOffered;
}

void fill_tseg() {
  load_image(machine.tseg + smm::kBody);
  // The tables of the OS, pointers moved: PML4 -> PDPT -> four page directories.
  const std::uint64_t tables = machine.tseg + smm::kPageTables;
  __builtin_memcpy(reinterpret_cast<void*>(tables),
                   reinterpret_cast<const void*>(std::uintptr_t{GUEST_PAGE_TABLES}),
                   GUEST_PAGE_TABLES_SIZE);
  memory<std::uint64_t>(tables) = tables + 0x1003;
  for (std::uint64_t i = 0; i < 4; ++i)
    memory<std::uint64_t>(tables + 0x1000 + 8 * i) = tables + 0x2003 + 0x1000 * i;

  auto& config = memory<SmmConfig>(machine.tseg + smm::kBody + flash_image().smm_config);
  config.tseg = machine.tseg;
  config.report = reinterpret_cast<std::uintptr_t>(&smm_report);
  config.monarch = machine.boot_cpu;
  config.possible = machine.possible;
  config.tsc_per_us = machine.tsc_per_us;
  config.exit_cycles = machine.exit_cycles;
  config.yield = kvm_yield();
  config.explicit_unpark = machine.explicit_unpark();
  config.hotplug = (machine.smi_features & spec::smi_features::kCpuHotplug) != 0 &&
                   machine.default_smbase_protected;
  config.empty_handler = machine.options.empty_handler;
  config.wait_begin = memory(GUEST_HOT_CPU_WAIT_BEGIN);
  config.wait_end = memory(GUEST_HOT_CPU_WAIT_END);
  config.resume = memory(GUEST_HOT_CPU_RESUME);
  config.apic_id_of_slot = machine.apic_id_of_slot;
  config.known = machine.cold_boot;
  const std::uint64_t function = machine.tseg + smm::kBody + flash_image().smm;
  for (std::uint32_t slot = 0; slot < machine.possible; ++slot)
    smm::install_entry(config, machine.apic_id_of_slot[slot], function);
}

// One CPU at a time: they all start with the same SMBASE.
bool relocate(std::uint32_t apic_id) {
  const std::uint64_t to = smm::smbase_of(machine.tseg, apic_id);
  smm::arm_rebase(apic_id, to, false);
  lapic::send(apic_id, lapic::Mode::kSmi);
  const smm::RebaseContext& c = smm::rebase();
  const bool rebased = wait_until(kRelocateUs, [&] { return read_once(c.rebased) != 0; });
  return Report("cold-boot-smbase")
      .dec("cpu", apic_id)
      .hex("was", c.smbase_before)
      .hex("now", to)
      .hex("save-state-revision", c.revision)
      .verdict(rebased && c.smbase_before == GUEST_DEFAULT_SMBASE && (c.revision & 0xffff) == 0x64);
}

bool relocate_all() {
  smm::install_rebase_handler();
  for (std::uint32_t id = 0; id < GUEST_MAX_CPUS; ++id)
    if (machine.cold_boot[id] && id != machine.boot_cpu && !relocate(id)) return false;
  return relocate(machine.boot_cpu);
}

bool close_and_lock(mch::esmramc::Size size) {
  pci::write8(kMch, mch::kEsmramc, esmramc(size, true));
  pci::write8(kMch, mch::kSmram, mch::smram::Locked::with(kClosed, true));
  if (machine.default_smbase_protected)
    pci::write8(kMch, mch::kSmbaseSmram, mch::smbase_smram::kLocked);
  const std::uint8_t smram = pci::read8(kMch, mch::kSmram);
  const std::uint8_t at_smbase = pci::read8(kMch, mch::kSmbaseSmram);
  return Report("smram-locked")
      .hex("smram", smram)
      .hex("esmramc", pci::read8(kMch, mch::kEsmramc))
      .hex("smbase-smram", at_smbase)
      .range("tseg", machine.tseg, machine.tseg_last())
      .verdict(mch::smram::Locked::get(smram) && at_smbase == mch::smbase_smram::kLocked &&
               read_mmio(machine.tseg) == ~0u && read_mmio(GUEST_DEFAULT_SMM_ENTRY) == ~0u);
}

}  // namespace

bool set_up_smram() {
  const mch::esmramc::Size size = place_tseg();
  machine.default_smbase_protected = query_default_smbase();
  fill_tseg();
  if (!relocate_all() || !close_and_lock(size) || !lock_smi()) return false;
  mark(spec::step_port::kMarkerSmramLocked, machine.boot_cpu);
  return true;
}

}  // namespace unpark::guest::firmware
