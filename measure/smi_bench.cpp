// SPDX-License-Identifier: Apache-2.0
#include "measure/smi_bench.h"

#include <fmt/format.h>

#include "measure/bare_loop.h"

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

Result<Done, Stop> run_guest(Session& session, const Run& run, std::uint32_t number) {
  Peers::Machine machine{.cpus = run.cpus, .max_cpus = run.cpus};
  machine.guest_options = fmt::format("bench-samples={},bench-warmup={},bench-halted",
                                      session.options.samples, session.options.warmup);
  if (run.cpus > 1) machine.guest_options += ",bench-user,bench-pio,bench-directed";
  auto child = Child::start(session.peers.command(run.peer, machine));
  if (!child) return Unexpected{Stop{Stop::Why::kCannotStart, child.error().message}};
  GuestLines lines;
  auto read = read_until(session, run.peer, *child, lines,
                         [&](const OutputLine&) { return lines.ready() || lines.restarted(); });
  if (lines.restarted()) {
    warn(session.report,
         fmt::format(
             "{}, run {}: the guest was reset while it measured, and the run does not count: {}",
             name_of(run.peer), number, child->last_words()));
    const RowKey key = run.cpus == 1 ? RowKey{"smi.single", 1, 0, ""}
                                     : RowKey{"smi.broadcast.out", run.cpus, 0, "halted"};
    add(session, key, run.peer, {number, {}, session.options.samples});
    return Done{};
  }
  for (const Series& series : lines.series())
    add(session, {series.name, run.cpus, 0, series.state}, run.peer,
        {number, series.samples, series.lost});
  if (!read) return Unexpected{read.error()};
  judge_clocks(session, run, lines);
  if (lines.malformed() != 0)
    warn(session.report, fmt::format("{}, run {}: {} lines of samples could not be read",
                                     name_of(run.peer), number, lines.malformed()));
  if (lines.series().empty()) {
    std::string why = "the guest measured nothing";
    for (const std::string& failure : lines.failures()) why += "; " + failure;
    return Unexpected{Stop{Stop::Why::kFailed, fmt::format("{}: {}", name_of(run.peer), why)}};
  }
  return Done{};
}

Result<Done, Stop> run_bare(Session& session, std::uint32_t number) {
  auto samples = bare_smi_loop(session.options.samples, session.options.warmup, session.interrupt);
  if (!samples) return Unexpected{Stop{Stop::Why::kCannotStart, samples.error().message}};
  const std::uint64_t lost = session.options.samples - samples->size();
  add(session, {"smi.single", 1, 0, ""}, Peer::kBare, {number, *std::move(samples), lost});
  return Done{};
}

}  // namespace

Result<Done, Stop> bench_smi(Session& session) {
  std::vector<Peer> peers = {Peer::kUnpark};
  if (session.options.with_qemu) peers.push_back(Peer::kQemu);
  peers.push_back(Peer::kBare);
  session.report.method.emplace_back(
      "SMI: the embedded guest takes its TSC right before OUT to port B2h and right after; each "
      "CPU "
      "takes it as its first instruction in SMM and right before its RSM. First, all in and out "
      "are "
      "the earliest and latest of these, counted from before the OUT. All peers boot the same "
      "flash "
      "image, each machine is a new process, and the first samples of each series are thrown "
      "away.");
  session.report.method.emplace_back(
      "bare: a program of two calls a round (KVM_RUN, KVM_SMI), whose guest is a loop of a few "
      "instructions and whose SMM handler is one RSM: the limit for an SMI on one CPU.");
  const auto plan = interleave(session.options.cpus, session.options.rounds, peers);
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
