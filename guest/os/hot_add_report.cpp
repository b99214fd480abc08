// SPDX-License-Identifier: Apache-2.0
#include "guest/os/hot_add_report.h"

#include <array>

#include "guest/body/report.h"
#include "guest/body/step_port.h"
#include "guest/chips/cpu.h"
#include "guest/chips/serial.h"
#include "guest/chips/software_smi.h"
#include "guest/firmware/machine.h"
#include "guest/os/attack.h"
#include "guest/os/os_cpus.h"

namespace unpark::guest::os {

namespace {

using spec::step_port::Step;

// What has been reported already, by APIC ID.
constinit std::array<std::uint32_t, GUEST_MAX_CPUS> seen{};
constinit std::uint32_t seen_incomplete = 0;
constinit std::uint32_t seen_postponed = 0;

std::string_view words(ClaimFailure failure) {
  switch (failure) {
    case ClaimFailure::kNone:
      return "none";
    case ClaimFailure::kWrongArchId:
      return "arch-id-differs-from-boot";
    case ClaimFailure::kNotInFlash:
      return "waited-for-08b";
    case ClaimFailure::kNotRebased:
      return "waited-for-10";
    case ClaimFailure::kWrongOldSmbase:
      return "old-smbase-not-0x30000";
    case ClaimFailure::kNotFinished:
      return "waited-for-14";
    case ClaimFailure::kNoAnswer:
      return "waited-for-smi-entry-in-tseg";
  }
  return "unknown";
}

// Who takes a step: the new CPU runs 08a, 08b, 10, 13 and 14 itself.
std::uint32_t taker(Step step, std::uint32_t new_cpu, std::uint32_t host) {
  switch (step) {
    case Step::kStep08a:
    case Step::kStep08b:
    case Step::kStep10:
    case Step::kStep13:
    case Step::kStep14:
      return new_cpu;
    default:
      return host;
  }
}

// An empty line, the TSC right before its end, and that of the first step: whoever notes when the
// line arrives can tell when the steps were taken.
void report_clock(std::uint32_t cpu, const StepTimes& times) {
  std::uint64_t first = ~0ull;
  for (const std::uint64_t t : times)
    if (t != 0 && t < first) first = t;
  const std::uint64_t now = read_tsc();
  write_serial("\n");
  Report("sync").dec("now", now).dec("first", first).dec("cpu", cpu).say("CLOCK");
}

void report_steps(std::uint32_t cpu, const StepTimes& times, std::uint32_t host, bool early_smi,
                  bool quiet) {
  std::uint64_t first = ~0ull;
  std::uint32_t missing = 0;
  std::string_view first_missing = "none";
  for (const std::uint64_t t : times)
    if (t != 0 && t < first) first = t;
  for (std::size_t i = 0; i < times.size(); ++i) {
    const auto [code, label] = kGuestSteps[i];
    if (times[i] == 0) {
      // Another machine's flow, where the new CPU gets the broadcast SMI too.
      if (code == Step::kStep09 && early_smi) continue;
      if (missing++ == 0) first_missing = label;
      continue;
    }
    if (quiet) continue;
    Report(label)
        .dec("cpu", cpu)
        .dec("by", taker(code, cpu, host))
        .offset("tsc", static_cast<std::int64_t>(times[i] - first))
        .say("STEP");
  }
  Report("steps")
      .dec("cpu", cpu)
      .dec("missing", missing)
      .text("first-missing", first_missing)
      .dec("smi-before-09", early_smi ? 1 : 0)
      .verdict(missing == 0);
}

void report_smbase(std::uint32_t cpu, const HotAddRecord& r) {
  const bool inside = r.smbase_after + 0x8000ull >= machine.tseg &&
                      r.smbase_after + 0xffffull <= machine.tseg_last();
  Report("smbase-in-tseg")
      .dec("cpu", cpu)
      .hex("was", r.smbase_before)
      .hex("now", r.smbase_after)
      .range("tseg", machine.tseg, machine.tseg_last())
      .dec("entered-there", r.answered)
      .verdict(inside && r.smbase_before == GUEST_DEFAULT_SMBASE && r.answered == 1);
}

// The new CPU counts in the rendezvous from now on. Another SMI, of the VMM's, may come in between.
void report_rendezvous(std::uint32_t cpu) {
  const std::uint32_t sessions = read_once(smm_report.sessions);
  const std::uint32_t incomplete = read_once(smm_report.incomplete);
  software_smi(0);
  const std::uint32_t served = read_once(smm_report.sessions) - sessions;
  const std::uint32_t missed = read_once(smm_report.incomplete) - incomplete;
  Report report("joins-rendezvous");
  report.dec("cpu", cpu).dec("cpus", online_count());
  if (missed != 0) report.dec("missing-cpu", smm_report.last_missing);
  report.verdict(served >= 1 && missed == 0);
}

void finish(std::uint32_t cpu, std::uint32_t failed_before) {
  Report("").dec("cpu", cpu).dec("failed", failures() - failed_before).say("DONE");
  mark(spec::step_port::kMarkerReported, cpu);
}

}  // namespace

void report_hot_add(const JoinedCpu& cpu, const StepTimes& os_times, const Options& options,
                    std::uint32_t failed_before) {
  const HotAddRecord& r = smm_report.records[cpu.apic_id];
  const bool claimed = read_once(r.sequence) != seen[cpu.apic_id];
  seen[cpu.apic_id] = read_once(r.sequence);
  Report("claimed-by-smm")
      .dec("cpu", cpu.apic_id)
      .text("failure", claimed ? words(r.failure) : "no-claim-made")
      .verdict(claimed && r.failure == ClaimFailure::kNone);
  if (claimed) {
    StepTimes times = r.times;
    times[index_of(Step::kStep04)] = os_times[index_of(Step::kStep04)];
    times[index_of(Step::kStep05)] = os_times[index_of(Step::kStep05)];
    times[index_of(Step::kStep15)] = cpu.step15;
    if (options.bench_clock) report_clock(cpu.apic_id, times);
    report_steps(cpu.apic_id, times, r.host, r.early_smi != 0, options.quiet);
    report_smbase(cpu.apic_id, r);
  }
  Report("joined-os").dec("cpu", cpu.apic_id).verdict(cpu.online);
  Report("work")
      .dec("cpu", cpu.apic_id)
      .dec("bytes", std::uint64_t{kWorkBytes} * options.work)
      .hex("sum", cpu.sum)
      .hex("want", cpu.expected)
      .verdict(cpu.worked && cpu.sum == cpu.expected);
  report_attack_on(cpu.apic_id, claimed && r.early_smi != 0);
  report_rendezvous(cpu.apic_id);
  finish(cpu.apic_id, failed_before);
}

void report_failed_claims(const Options& options) {
  const std::uint32_t incomplete = read_once(smm_report.incomplete);
  const std::uint32_t postponed = read_once(smm_report.postponed);
  if (incomplete != seen_incomplete)
    Report("smi-rendezvous")
        .dec("incomplete", incomplete - seen_incomplete)
        .dec("last-missing-cpu", smm_report.last_missing)
        .dec("postponed", postponed - seen_postponed)
        .say("NOTE");
  seen_incomplete = incomplete;
  seen_postponed = postponed;
  for (std::uint32_t slot = 0; slot < machine.possible; ++slot) {
    const std::uint32_t cpu = machine.apic_id_of_slot[slot];
    const HotAddRecord& r = smm_report.records[cpu];
    // A claim that succeeded is reported when the GPE handler announces the CPU, now or later.
    if (read_once(r.sequence) == seen[cpu] || r.failure == ClaimFailure::kNone) continue;
    seen[cpu] = read_once(r.sequence);
    const std::uint32_t failed_before = failures();
    Report("claimed-by-smm").dec("cpu", cpu).text("failure", words(r.failure)).verdict(false);
    report_steps(cpu, r.times, r.host, r.early_smi != 0, options.quiet);
    finish(cpu, failed_before);
  }
}

}  // namespace unpark::guest::os
