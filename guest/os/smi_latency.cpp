// SPDX-License-Identifier: Apache-2.0
#include "guest/os/smi_latency.h"

#include <array>

#include "guest/body/report.h"
#include "guest/chips/cpu.h"
#include "guest/chips/lapic.h"
#include "guest/chips/pm_timer.h"
#include "guest/chips/serial.h"
#include "guest/chips/software_smi.h"
#include "guest/firmware/machine.h"
#include "guest/os/bench_samples.h"
#include "guest/os/crowd.h"
#include "guest/os/host_smis.h"
#include "guest/os/os_cpus.h"
#include "guest/os/os_loads.h"

namespace unpark::guest::os {

namespace {

struct BroadcastSample {
  std::uint64_t first = ~0ull, all_in = 0, out = 0, writer = 0;
};

bool broadcast(BroadcastSample& sample) {
  crowd.remember_stays();
  const std::uint32_t sessions = read_once(smm_report.sessions);
  const std::uint32_t incomplete = read_once(smm_report.incomplete);
  const std::uint64_t start = read_tsc();
  software_smi(0);
  const std::uint64_t end = read_tsc();
  if (!crowd.everybody_has_left()) return false;
  if (read_once(smm_report.sessions) != sessions + 1) return false;
  if (read_once(smm_report.incomplete) != incomplete) return false;
  std::uint64_t out = end;
  for (std::uint32_t i = 0; i < crowd.count; ++i) {
    const SmmStay& stay = smm_report.stays[crowd.ids[i]];
    if (stay.entered < start) return false;  // its TSC disagrees
    if (stay.entered - start < sample.first) sample.first = stay.entered - start;
    if (stay.entered - start > sample.all_in) sample.all_in = stay.entered - start;
    if (stay.left > out) out = stay.left;
  }
  sample.out = out - start;
  sample.writer = end - start;
  return true;
}

void measure_broadcast(const Options& options, std::string_view state) {
  std::array<Series, kSeries> series{Series(0), Series(1), Series(2), Series(3)};
  std::uint32_t lost = 0;
  for (std::uint32_t i = 0; i < options.bench_warmup + options.bench_samples; ++i) {
    BroadcastSample sample;
    const bool good = broadcast(sample);
    if (i < options.bench_warmup) continue;
    if (!good) {
      ++lost;
      continue;
    }
    series[0].add(sample.writer);
    series[1].add(sample.first);
    series[2].add(sample.all_in);
    series[3].add(sample.out);
  }
  if (crowd.count == 1) return series[0].tell("smi.single", "", lost);
  series[0].tell("smi.broadcast.writer", state, lost);
  series[1].tell("smi.broadcast.first", state, lost);
  series[2].tell("smi.broadcast.all_in", state, lost);
  series[3].tell("smi.broadcast.out", state, lost);
}

void measure_loaded(const Options& options, Load load, std::string_view state) {
  bool busy = true;
  for (std::uint32_t i = 1; i < crowd.count; ++i) busy = occupy(crowd.ids[i], load) && busy;
  if (busy) measure_broadcast(options, state);
  bool idle = true;
  for (std::uint32_t i = 1; i < crowd.count; ++i) idle = let_go(crowd.ids[i]) && idle;
  if (!busy || !idle) Report("bench-load").text("state", state).verdict(false);
}

// One other CPU is called; then the rest and this one, the monarch, so that it needs not wait until
// SMM gives up.
bool direct(std::uint32_t target, std::uint64_t& cycles) {
  crowd.remember_stays();
  const SmmStay& stay = smm_report.stays[crowd.ids[target]];
  const std::uint64_t start = read_tsc();
  lapic::send(crowd.ids[target], lapic::Mode::kSmi);
  const bool came =
      wait_until(kStayUs, [&] { return read_once(stay.entered) != crowd.entered[target]; });
  const std::uint64_t entered = read_once(stay.entered);
  for (std::uint32_t i = crowd.count; i-- > 0;)
    if (i != target) lapic::send(crowd.ids[i], lapic::Mode::kSmi);
  if (!crowd.everybody_has_left() || !came || entered < start) return false;
  cycles = entered - start;
  return true;
}

void measure_directed(const Options& options) {
  Series series(0);
  std::uint32_t lost = 0;
  for (std::uint32_t i = 0; i < options.bench_warmup + options.bench_samples; ++i) {
    std::uint64_t cycles = 0;
    const bool good = direct(1 + i % (crowd.count - 1), cycles);
    if (i < options.bench_warmup) continue;
    if (good)
      series.add(cycles);
    else
      ++lost;
  }
  series.tell("smi.directed", "halted", lost);
}

void tell_tscs() {
  for (std::uint32_t i = 1; i < crowd.count; ++i) {
    TscOffset offset{};
    if (measure_tsc(crowd.ids[i], offset))
      Report("tsc-offset")
          .dec("cpu", crowd.ids[i])
          .offset("low", offset.low)
          .offset("high", offset.high)
          .say("CLOCK");
    else
      Report("tsc-offset").dec("cpu", crowd.ids[i]).verdict(false);
  }
}

}  // namespace

void measure_smis(const Options& asked) {
  if (asked.bench_samples != 0 || asked.bench_clock)
    Report("tsc").dec("mhz", machine.tsc_per_us).say("CLOCK");
  if (asked.bench_samples == 0) return;
  Options options = asked;
  if (options.bench_samples > kMostSamples) options.bench_samples = kMostSamples;
  crowd.gather();
  tell_tscs();
  if (options.bench_host) tell_host_smis(options.bench_warmup + options.bench_samples);
  if (options.bench_halted || crowd.count == 1) measure_broadcast(options, "halted");
  if (crowd.count == 1) return;
  open_memory_to_user_mode();
  if (options.bench_user) measure_loaded(options, Load::kUserMode, "user");
  if (options.bench_pio) measure_loaded(options, Load::kPortLoop, "pio");
  if (options.bench_directed) measure_directed(options);
}

}  // namespace unpark::guest::os
