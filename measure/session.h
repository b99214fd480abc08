// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string>

#include "measure/child.h"
#include "measure/guest_lines.h"
#include "measure/plan.h"
#include "measure/rows.h"

namespace unpark::measure {

// What all benchmarks of one command share: the peers, the report that grows, and how to go on.
struct Session {
  const Options& options;
  Peers& peers;
  const Interrupt& interrupt;
  bench::Report& report;
  std::function<void(const std::string&)> progress;
  Nanoseconds first_run{};  // when Report::order began; 0: not yet
};

// Adds a round to the session's report.
void add(Session& session, const RowKey& key, Peer peer, bench::Round round);

// Why a benchmark ends before its end.
struct Stop {
  enum class Why : std::uint8_t { kInterrupted, kCannotStart, kFailed } why = Why::kFailed;
  std::string sentence;
};

// A guest did not do what it should: `why`, and what it has told of itself.
Stop guest_failed(Peer peer, std::string why, const GuestLines& lines);

// Notes a run that begins now; its number.
std::uint32_t begin_run(Session& session, Peer peer, std::string bench, std::uint32_t cpus);

// Of the TSC; at least 1. The guests' runs at the host's rate: no machine here scales it. They
// measure it too, in a few milliseconds, and may be off by a lot on a busy host.
std::uint64_t tsc_mhz(const Session& session);

// How long a guest may be silent. Emulated hosts are slow, and a series is told only when it is
// done.
inline constexpr Nanoseconds kMostSilence = std::chrono::seconds{180};

// Reads the machine's lines until `done` says so after one of them.
Result<Done, Stop> read_until(Session& session, Peer peer, Child& child, GuestLines& lines,
                              const std::function<bool(const OutputLine&)>& done);

}  // namespace unpark::measure
