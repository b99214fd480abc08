// SPDX-License-Identifier: Apache-2.0
#include "measure/boot_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "measure/host_smis.h"
#include "measure/resident.h"

namespace unpark::measure {

namespace {

// Resident memory at READY, of the machine with the fewest CPUs: what further ones cost is counted
// from there.
using Residents = std::map<std::pair<Peer, std::uint32_t>, double>;  // by peer and round

void note_memory(Session& session, const Run& run, std::uint32_t number, pid_t pid,
                 std::uint32_t fewest, Residents& residents) {
  const auto kib = resident_beyond_ram(pid, Peers::kMemoryMib * 1024);
  if (!kib) {
    add(session, {"boot.resident", run.cpus, 0, ""}, run.peer, {number, {}, 1});
    warn(session.report, fmt::format("{}: the guest's RAM was not found in its smaps, so that its "
                                     "memory is not known",
                                     name_of(run.peer)));
    return;
  }
  const auto resident = static_cast<double>(*kib);
  add(session, {"boot.resident", run.cpus, 0, ""}, run.peer, {number, {resident}, 0});
  if (run.cpus == fewest) {
    residents[{run.peer, run.round}] = resident;
    return;
  }
  const auto base = residents.find({run.peer, run.round});
  // Noise of a page or two may make it negative: no sample then.
  if (base == residents.end() || resident < base->second) return;
  add(session, {"boot.resident_per_vcpu", run.cpus, 0, ""}, run.peer,
      {number, {(resident - base->second) / (run.cpus - fewest)}, 0});
}

Result<Done, Stop> run_once(Session& session, const Run& run, std::uint32_t fewest,
                            Residents& residents) {
  const std::uint32_t number = begin_run(session, run.peer, "boot", run.cpus);
  auto child = Child::start(session.peers.command(
      run.peer, {.cpus = run.cpus, .max_cpus = run.cpus, .guest_options = ""}));
  if (!child) return Unexpected{Stop{Stop::Why::kCannotStart, child.error().message}};
  GuestLines lines;
  Nanoseconds ready{};
  const auto read = read_until(session, run.peer, *child, lines, [&](const OutputLine& line) {
    ready = line.arrived;
    return lines.ready();
  });
  if (!read) return Unexpected{read.error()};
  add(session, {"boot.first_instruction", run.cpus, 0, ""}, run.peer,
      {number, {microseconds(*child->first_byte() - child->started())}, 0});
  add(session, {"boot.ready", run.cpus, 0, ""}, run.peer,
      {number, {microseconds(ready - child->started())}, 0});
  note_memory(session, run, number, child->pid(), fewest, residents);
  return Done{};
}

// What a parked CPU adds, counted from the same machine right before.
Result<Done, Stop> run_parked(Session& session, const Run& run) {
  const std::uint32_t number = begin_run(session, run.peer, "boot", run.cpus);
  auto child = Child::start(
      session.peers.command(run.peer, {.cpus = run.cpus,
                                       .max_cpus = run.cpus + run.parked,
                                       .guest_options = "bench-samples=1,bench-host,empty-handler",
                                       .control = true}));
  if (!child) return Unexpected{Stop{Stop::Why::kCannotStart, child.error().message}};
  GuestLines lines;
  auto orders = TRY(connect_to_waiting(session, run, *child, lines));
  const auto before = resident_beyond_ram(child->pid(), Peers::kMemoryMib * 1024);
  (void)TRY(add_parked(run, orders));
  const auto after = resident_beyond_ram(child->pid(), Peers::kMemoryMib * 1024);
  bench::Round round{.run = number, .samples = {}, .lost = 0};
  if (before && after && *after >= *before)
    round.samples.push_back(static_cast<double>(*after - *before) / run.parked);
  else
    round.lost = 1;
  add(session, {"boot.resident_per_parked", run.cpus, run.parked, ""}, run.peer, std::move(round));
  return Done{};
}

}  // namespace

Result<Done, Stop> bench_boot(Session& session) {
  const std::vector<Peer> peers = machines_of(session.options);
  session.report.method.emplace_back(
      "boot: by CLOCK_MONOTONIC of this program, from right before the fork of the machine's "
      "process "
      "to the arrival of the first byte on its standard output, which is COM1: the guest writes it "
      "right after the reset vector. One sample per machine.");
  session.report.method.emplace_back(
      "memory: Rss of all mappings of the process at READY, without the mapping of the guest's "
      "RAM. "
      "Libraries that other processes have mapped as well count in full; what the kernel keeps "
      "does "
      "not count. Per vCPU: the growth from the smallest machine, divided. Per parked CPU: the "
      "growth of "
      "one machine while they were added, divided.");
  std::vector<std::uint32_t> cpus = session.options.cpus;
  std::sort(cpus.begin(), cpus.end());
  Residents residents;
  auto plan = interleave(cpus, session.options.rounds, peers);
  const auto parked = with_parked(cpus.front(), session.options.parked, session.options.rounds);
  plan.insert(plan.end(), parked.begin(), parked.end());
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const Run& run = plan[i];
    if (session.interrupt.pending())
      return Unexpected{Stop{Stop::Why::kInterrupted, "interrupted"}};
    session.progress(progress_line("boot", run, i, plan.size()));
    auto done = run.parked != 0 ? run_parked(session, run)
                                : run_once(session, run, cpus.front(), residents);
    if (!done) return done;
  }
  return Done{};
}

}  // namespace unpark::measure
