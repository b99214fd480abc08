// SPDX-License-Identifier: Apache-2.0
#include "measure/smi_bench.h"

#include <fmt/format.h>

#include <algorithm>

#include "measure/bare_loop.h"
#include "measure/host_smis.h"

namespace unpark::measure {

namespace {

// What shows that the guest's clocks agree; beyond it the figures of several CPUs say little.
void judge_clocks(Session& session, const Run& run, const GuestLines& lines) {
  const auto offset = lines.tsc_offset();
  if (run.cpus == 1 || (offset.known && offset.low <= 0 && offset.high >= 0)) return;
  warn(session.report, fmt::format("{}, {} CPUs: the TSCs of the guest's CPUs differ, by {} to {} "
                                   "cycles: times from one CPU to "
                                   "another are off by that much",
                                   name_of(run.peer), run.cpus, offset.low, offset.high));
}

std::string single_of(const Run& run) {
  return run.asking ? "smi.asking" : "smi.single";
}

Result<Done, Stop> run_guest(Session& session, const Run& run, std::uint32_t number) {
  const bool ordered = run.peer == Peer::kUnpark && !run.asking;  // SMIs that the host orders, too
  Peers::Machine machine{.cpus = run.cpus, .max_cpus = run.cpus + run.parked, .control = ordered};
  machine.guest_options = fmt::format("bench-samples={},bench-warmup={},bench-halted",
                                      session.options.samples, session.options.warmup);
  if (!run.asking) machine.guest_options += ",empty-handler";
  if (ordered) machine.guest_options += ",bench-host";
  if (run.cpus > 1 && run.parked == 0)
    machine.guest_options += ",bench-user,bench-pio,bench-directed";
  auto child = Child::start(session.peers.command(run.peer, machine));
  if (!child) return Unexpected{Stop{Stop::Why::kCannotStart, child.error().message}};
  GuestLines lines;
  if (ordered) (void)TRY(order_smis(session, run, number, *child, lines));
  auto read = read_until(session, run.peer, *child, lines,
                         [&](const OutputLine&) { return lines.ready() || lines.restarted(); });
  if (lines.restarted()) {
    warn(session.report,
         fmt::format(
             "{}, run {}: the guest was reset while it measured, and the run does not count: {}",
             name_of(run.peer), number, child->last_words()));
    const RowKey key = run.cpus == 1 ? RowKey{single_of(run), 1, run.parked, ""}
                                     : RowKey{"smi.broadcast.out", run.cpus, run.parked, "halted"};
    add(session, key, run.peer, {number, {}, session.options.samples});
    return Done{};
  }
  for (const Series& series : lines.series())
    add(session,
        {series.name == "smi.single" ? single_of(run) : series.name, run.cpus, run.parked,
         series.state},
        run.peer, {number, series.samples, series.lost});
  if (!read) return Unexpected{read.error()};
  judge_clocks(session, run, lines);
  if (lines.malformed() != 0)
    warn(session.report, fmt::format("{}, run {}: {} lines of samples could not be read",
                                     name_of(run.peer), number, lines.malformed()));
  if (lines.series().empty())
    return Unexpected{guest_failed(run.peer, "the guest measured nothing", lines)};
  return Done{};
}

Result<Done, Stop> run_bare(Session& session, std::uint32_t number) {
  auto samples = bare_smi_loop(session.options.samples, session.options.warmup, session.interrupt);
  if (!samples) return Unexpected{Stop{Stop::Why::kCannotStart, samples.error().message}};
  const std::uint64_t lost = session.options.samples - samples->size();
  add(session, {"smi.single", 1, 0, ""}, Peer::kBare, {number, *std::move(samples), lost});
  return Done{};
}

// Parked CPUs: beside one CPU, and beside the smallest crowd. On one CPU also with a handler that
// has a question: on unpark alone, for with QEMU's flow it asks only when B2h reads 4.
std::vector<Run> plan_of(const Options& options, const std::vector<Peer>& peers) {
  std::vector<Run> plan = interleave(options.cpus, options.rounds, peers);
  const auto append = [&](std::uint32_t cpus) {
    const auto more = with_parked(cpus, options.parked, options.rounds);
    plan.insert(plan.end(), more.begin(), more.end());
  };
  std::vector<std::uint32_t> sorted = options.cpus;
  std::sort(sorted.begin(), sorted.end());
  if (sorted.front() == 1) {
    append(1);
    for (Run run : interleave({1}, options.rounds, {Peer::kUnpark})) {
      run.asking = true;
      plan.push_back(run);
    }
  }
  const auto crowd =
      std::find_if(sorted.begin(), sorted.end(), [](std::uint32_t n) { return n > 1; });
  if (crowd != sorted.end()) append(*crowd);
  return plan;
}

}  // namespace

Result<Done, Stop> bench_smi(Session& session) {
  std::vector<Peer> peers = machines_of(session.options);
  peers.push_back(Peer::kBare);
  session.report.method.emplace_back(
      "SMI: the embedded guest takes its TSC right before OUT to port B2h and right after; each "
      "CPU "
      "takes it as its first instruction in SMM and right before its RSM. First, all in and out "
      "are "
      "the earliest and latest of these, counted from before the OUT. The handler meets the other "
      "CPUs and leaves, and asks nobody for work, except in smi.asking. All peers boot the same "
      "flash "
      "image, each machine is a new process, and the first samples of each series are thrown "
      "away.");
  session.report.method.emplace_back(
      "bare: a program of two calls a round (KVM_RUN, KVM_SMI), whose guest is a loop of a few "
      "instructions and whose SMM handler is one RSM: the limit for an SMI on one CPU.");
  session.report.method.emplace_back(
      "SMIs that the host orders (unpark only: QEMU has no such command): from right before x-smi "
      "is "
      "sent on the QMP socket to the last CPU's first instruction in SMM, by the guest's TSC, "
      "moved "
      "to CLOCK_MONOTONIC by the arrival of a byte that the guest writes next to a reading of its "
      "TSC. The boot CPU waits in a loop, the others halt.");
  const auto plan = plan_of(session.options, peers);
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const Run& run = plan[i];
    if (session.interrupt.pending())
      return Unexpected{Stop{Stop::Why::kInterrupted, "interrupted"}};
    session.progress(progress_line("smi", run, i, plan.size()));
    const std::uint32_t number = begin_run(session, run.peer, "smi", run.cpus);
    auto done =
        run.peer == Peer::kBare ? run_bare(session, number) : run_guest(session, run, number);
    if (!done) return Unexpected{done.error()};
  }
  return Done{};
}

}  // namespace unpark::measure
