// SPDX-License-Identifier: Apache-2.0
#include "guest/firmware/smi_lock.h"

#include "devices/pm_spec.h"
#include "guest/body/report.h"
#include "guest/chips/cpu.h"
#include "guest/chips/software_smi.h"
#include "guest/firmware/chips.h"
#include "guest/firmware/machine.h"

namespace unpark::guest::firmware {

namespace {

constexpr std::uint16_t kSmiEnable = spec::pm::kBase + spec::pm::kSmiEnable;

// The first SMI that the whole machine takes.
bool smi_gathers_everybody() {
  const std::uint32_t before = read_once(smm_report.sessions);
  software_smi(0);
  const std::uint32_t sessions = read_once(smm_report.sessions) - before;
  const std::uint32_t incomplete = read_once(smm_report.incomplete);
  Report report("smi-rendezvous");
  report.dec("cpus", machine.present).dec("sessions", sessions);
  if (incomplete != 0) report.dec("missing-cpu", smm_report.last_missing);
  return report.verdict(sessions == 1 && incomplete == 0);
}

}  // namespace

bool lock_smi() {
  namespace enable = spec::pm::smi_enable;
  const std::uint32_t on = enable::Apmc::with(enable::Global::with(in32(kSmiEnable), true), true);
  out32(kSmiEnable, on);
  using SmiLock = spec::lpc::gen_pmcon_1::SmiLock;
  const std::uint16_t pmcon = pci::read16(kLpc, spec::lpc::kGenPmcon1);
  pci::write16(kLpc, spec::lpc::kGenPmcon1, SmiLock::with(pmcon, true));
  out32(kSmiEnable, enable::Global::with(on, false));
  const std::uint32_t after = in32(kSmiEnable);
  if (!Report("smi-locked").hex("smi-en", after).verdict(after == on)) return false;
  return smi_gathers_everybody();
}

}  // namespace unpark::guest::firmware
