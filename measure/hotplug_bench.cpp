// SPDX-License-Identifier: Apache-2.0
#include "measure/hotplug_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "measure/hot_add_lines.h"
#include "measure/machine_orders.h"

namespace unpark::measure {

namespace {

constexpr std::uint32_t kBatch = 8;
// Each takes a second under emulation.
constexpr std::uint32_t kMostCycles = 10;

struct Measure {
  std::string_view row, step;
};
constexpr std::array kMeasures = {Measure{"hotplug.claimed", "07b"},
                                  Measure{"hotplug.relocated", "10"},
                                  Measure{"hotplug.first_os", "15"}};

Stop failed(Peer peer, const Error& e) {
  return {Stop::Why::kFailed, fmt::format("{}: {}", name_of(peer), e.message)};
}

// The machine of one run.
class HotplugRun {
 public:
  HotplugRun(Session& session, const Run& run)
      : session_(session), run_(run), number_(begin_run(session, run.peer, "hotplug", 1)) {}

  Result<Done, Stop> go() {
    auto child = Child::start(session_.peers.command(
        run_.peer,
        {.cpus = 1, .max_cpus = 1 + kBatch, .guest_options = "bench-clock", .control = true}));
    if (!child) return Unexpected{Stop{Stop::Why::kCannotStart, child.error().message}};
    GuestLines lines;
    (void)TRY(read_until(session_, run_.peer, *child, lines,
                         [&](const OutputLine&) { return lines.ready(); }));
    auto orders = MachineOrders::connect(session_.peers.control_path());
    if (!orders) return Unexpected{failed(run_.peer, orders.error())};
    HotAddLines adds(tsc_mhz(session_));
    auto done = single(*child, lines, adds, *orders);
    if (done) done = batch(*child, lines, adds, *orders);
    return done;
  }

 private:
  // The next hot-add that the guest reports on.
  Result<HotAdd, Stop> next(Child& child, GuestLines& lines, HotAddLines& adds) {
    std::optional<HotAdd> found;
    (void)TRY(read_until(session_, run_.peer, child, lines, [&](const OutputLine& line) {
      found = adds.take(line.text, line.arrived);
      return found.has_value();
    }));
    return *std::move(found);
  }

  Result<Done, Stop> single(Child& child, GuestLines& lines, HotAddLines& adds,
                            MachineOrders& orders) {
    std::array<bench::Round, kMeasures.size()> rounds;
    for (bench::Round& round : rounds) round.run = number_;
    bench::Round whole{.run = number_, .samples = {}, .lost = 0};
    bench::Round accepted{.run = number_, .samples = {}, .lost = 0};
    const std::uint32_t cycles = std::min(session_.options.samples, kMostCycles);
    for (std::uint32_t i = 0; i < cycles; ++i) {
      const auto ordered_at = std::chrono::system_clock::now();
      const Nanoseconds ordered = monotonic_now();
      if (const auto r = orders.add(1); !r) return Unexpected{failed(run_.peer, r.error())};
      const HotAdd add = TRY(next(child, lines, adds));
      const auto accepted_at = orders.wait_accepted({1});
      if (!accepted_at) return Unexpected{failed(run_.peer, accepted_at.error())};
      note_accepted(accepted, *accepted_at - ordered_at,
                    (std::chrono::system_clock::now() - ordered_at) - (monotonic_now() - ordered));
      for (std::size_t m = 0; m < kMeasures.size(); ++m)
        note(rounds[m], add, std::string(kMeasures[m].step), ordered);
      if (const auto r = orders.remove(1); !r) return Unexpected{failed(run_.peer, r.error())};
      whole.samples.push_back(microseconds(monotonic_now() - ordered));
    }
    measure::add(session_, {"hotplug.cycle", 1, 0, ""}, run_.peer, std::move(whole));
    measure::add(session_, {"hotplug.ost", 1, 0, ""}, run_.peer, std::move(accepted));
    for (std::size_t m = 0; m < kMeasures.size(); ++m)
      measure::add(session_, {std::string(kMeasures[m].row), 1, 0, ""}, run_.peer,
                   std::move(rounds[m]));
    return Done{};
  }

  // `set`: by how much that clock was set meanwhile.
  static void note_accepted(bench::Round& round, std::chrono::system_clock::duration after,
                            Nanoseconds set) {
    if (after <= after.zero() || std::chrono::abs(set) > std::chrono::milliseconds{1}) {
      ++round.lost;
      return;
    }
    round.samples.push_back(
        microseconds(std::chrono::duration_cast<std::chrono::nanoseconds>(after)));
  }

  static void note(bench::Round& round, const HotAdd& add, const std::string& step,
                   Nanoseconds ordered) {
    const auto at = add.steps.find(step);
    if (add.failed || at == add.steps.end() || at->second < ordered) {
      ++round.lost;
      return;
    }
    round.samples.push_back(microseconds(at->second - ordered));
  }

  Result<Done, Stop> batch(Child& child, GuestLines& lines, HotAddLines& adds,
                           MachineOrders& orders) {
    bench::Round round;
    round.run = number_;
    const Nanoseconds ordered = monotonic_now();
    for (std::uint32_t slot = 1; slot <= kBatch; ++slot)
      if (const auto r = orders.add(slot); !r) return Unexpected{failed(run_.peer, r.error())};
    HotAdd last;
    for (std::uint32_t i = 0; i < kBatch; ++i) {
      HotAdd add = TRY(next(child, lines, adds));
      const bool failed_one = last.failed || add.failed || !add.steps.contains("15");
      if (!last.steps.contains("15") ||
          (add.steps.contains("15") && add.steps["15"] > last.steps["15"]))
        last = std::move(add);
      last.failed = failed_one;
    }
    note(round, last, "15", ordered);
    measure::add(session_, {"hotplug.batch8", 1, 0, ""}, run_.peer, std::move(round));
    return Done{};
  }

  Session& session_;
  const Run& run_;
  std::uint32_t number_;
};

}  // namespace

Result<Done, Stop> bench_hotplug(Session& session) {
  const std::vector<Peer> peers = machines_of(session.options);
  session.report.method.emplace_back(
      "hot-add: from right before device_add is sent on the QMP socket to step 07b (SMM's "
      "INIT-SIPI "
      "to the CPU), 10 (SMBASE relocated) and 15 (the OS has heard of it running), as the guest's "
      "TSC "
      "tells, moved to CLOCK_MONOTONIC by the arrival of a byte that the guest writes next to a "
      "reading of its TSC: all times are late by the way of that byte, on all machines alike. "
      "To _OST: to the timestamp of ACPI_DEVICE_OST. At most 10 adds and removals of one slot per "
      "machine, then eight device_add in a row.");
  const auto plan = interleave({1}, session.options.rounds, peers);
  for (std::size_t i = 0; i < plan.size(); ++i) {
    if (session.interrupt.pending())
      return Unexpected{Stop{Stop::Why::kInterrupted, "interrupted"}};
    session.progress(progress_line("hotplug", plan[i], i, plan.size()));
    if (auto r = HotplugRun(session, plan[i]).go(); !r) return r;
  }
  return Done{};
}

}  // namespace unpark::measure
