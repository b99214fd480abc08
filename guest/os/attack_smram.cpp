// SPDX-License-Identifier: Apache-2.0
#include "devices/pm_spec.h"
#include "guest/body/report.h"
#include "guest/chips/cpu.h"
#include "guest/firmware/chips.h"
#include "guest/firmware/machine.h"
#include "guest/os/attack.h"
#include "guest/smm/smm_layout.h"

namespace unpark::guest::os {

namespace {

namespace mch = spec::mch;

// Reads all ones, before and after a write that must not arrive.
bool hidden(std::uint64_t at) {
  if (read_mmio(at) != ~0u) return false;
  write_mmio(at, 0x12345678);
  return read_mmio(at) == ~0u;
}

bool tseg_hidden() {
  return hidden(machine.tseg) && hidden(smm::entry_of(machine.tseg, machine.boot_cpu)) &&
         hidden(smm::save_area_of(machine.tseg, machine.boot_cpu)) &&
         hidden(machine.tseg_last() - 3);
}
bool default_smbase_hidden() {
  return hidden(GUEST_DEFAULT_SMBASE) && hidden(GUEST_DEFAULT_SMM_ENTRY) &&
         hidden(GUEST_DEFAULT_SAVE_AREA) && hidden(0x4fffc);
}

// Tries to change a locked register; what it reads afterwards must be what it read before.
bool stays(std::uint16_t offset, std::uint8_t attempt) {
  const std::uint8_t before = pci::read8(kMch, offset);
  pci::write8(kMch, offset, attempt);
  return pci::read8(kMch, offset) == before;
}

void attack_locks() {
  const std::uint8_t smram = pci::read8(kMch, mch::kSmram);
  const std::uint8_t esmramc = pci::read8(kMch, mch::kEsmramc);
  using mch::smram::Global;
  using mch::smram::Locked;
  using mch::smram::Open;
  const bool opened = !stays(mch::kSmram, Open::with(smram, true));
  const bool switched_off = !stays(mch::kSmram, Global::with(smram, false));
  const bool unlocked = !stays(mch::kSmram, Locked::with(smram, false));
  const bool resized = !stays(mch::kEsmramc, mch::esmramc::TsegEnable::with(esmramc, false)) ||
                       !stays(mch::kEsmramc, mch::esmramc::TsegSize::with(esmramc, 0));
  const bool at_smbase =
      !stays(mch::kSmbaseSmram, 0) || !stays(mch::kSmbaseSmram, mch::smbase_smram::kOffered);
  // TSEG must not follow a register that the OS can write.
  const std::uint32_t base = pci::read32(kMch, mch::kTsegmb);
  pci::write32(kMch, mch::kTsegmb, 0);
  const bool uncovered = !tseg_hidden() || !default_smbase_hidden();
  pci::write32(kMch, mch::kTsegmb, base);
  Report("smram-stays-locked")
      .dec("opened", opened ? 1 : 0)
      .dec("off", switched_off ? 1 : 0)
      .dec("unlocked", unlocked ? 1 : 0)
      .dec("resized", resized ? 1 : 0)
      .dec("at-default-smbase", at_smbase ? 1 : 0)
      .dec("uncovered", uncovered ? 1 : 0)
      .verdict(!(opened || switched_off || unlocked || resized || at_smbase || uncovered));
}

void attack_smi_enable() {
  namespace pm = spec::pm;
  constexpr std::uint16_t kSmiEnable = pm::kBase + pm::kSmiEnable;
  const std::uint16_t pmcon = pci::read16(kLpc, spec::lpc::kGenPmcon1);
  pci::write16(kLpc, spec::lpc::kGenPmcon1, spec::lpc::gen_pmcon_1::SmiLock::with(pmcon, false));
  const bool lock_held =
      spec::lpc::gen_pmcon_1::SmiLock::get(pci::read16(kLpc, spec::lpc::kGenPmcon1));
  const std::uint32_t before = in32(kSmiEnable);
  out32(kSmiEnable, pm::smi_enable::Global::with(before, false));
  const std::uint32_t after = in32(kSmiEnable);
  Report("smi-stays-enabled")
      .hex("smi-en", after)
      .dec("lock-held", lock_held ? 1 : 0)
      .verdict(lock_held && pm::smi_enable::Global::get(after));
  out32(kSmiEnable, before);
}

}  // namespace

void attack_smram() {
  Report("tseg-hidden").range("tseg", machine.tseg, machine.tseg_last()).verdict(tseg_hidden());
  Report("default-smbase-hidden")
      .range("area", GUEST_DEFAULT_SMBASE, 0x4ffff)
      .verdict(default_smbase_hidden());
  attack_locks();
  attack_smi_enable();
}

}  // namespace unpark::guest::os
