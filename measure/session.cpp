// SPDX-License-Identifier: Apache-2.0
#include "measure/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace unpark::measure {

Stop guest_failed(Peer peer, std::string why, const GuestLines& lines) {
  for (const std::string& failure : lines.failures()) why += "; " + failure;
  return {Stop::Why::kFailed, fmt::format("{}: {}", name_of(peer), why)};
}

std::uint32_t begin_run(Session& session, Peer peer, std::string bench, std::uint32_t cpus) {
  const Nanoseconds now = monotonic_now();
  if (session.report.order.empty()) session.first_run = now;
  const auto number = static_cast<std::uint32_t>(session.report.order.size());
  const double since = std::chrono::duration<double>(now - session.first_run).count();
  session.report.order.push_back(
      {number, std::string(name_of(peer)), std::move(bench), cpus, since});
  return number;
}

void add(Session& session, const RowKey& key, Peer peer, bench::Round round) {
  add_round(session.report, key, peer, session.peers.version(peer), std::move(round));
}

std::uint64_t tsc_mhz(const Session& session) {
  return static_cast<std::uint64_t>(std::max(1.0, std::round(session.report.host.tsc_khz / 1000)));
}

Result<Done, Stop> read_until(Session& session, Peer peer, Child& child, GuestLines& lines,
                              const std::function<bool(const OutputLine&)>& done) {
  for (;;) {
    const auto line = child.next_line(kMostSilence, session.interrupt);
    if (line) {
      lines.take(line->text);
      if (done(*line)) return Done{};
      continue;
    }
    if (line.error() == Child::Silence::kInterrupted)
      return Unexpected{Stop{Stop::Why::kInterrupted, "interrupted"}};
    std::string why =
        line.error() == Child::Silence::kTimeout
            ? fmt::format("said nothing for {} s",
                          std::chrono::duration_cast<std::chrono::seconds>(kMostSilence).count())
            : "ended too early";
    if (!child.last_line().empty()) why += fmt::format(" after '{}'", child.last_line());
    for (const std::string& failure : lines.failures()) why += fmt::format("; guest: {}", failure);
    // Before the guest has said a word it is the peer that cannot: no SMM, no KVM, no memory.
    const auto kind = child.first_byte() ? Stop::Why::kFailed : Stop::Why::kCannotStart;
    return Unexpected{Stop{kind, fmt::format("{} {}: {}", name_of(peer), why, child.last_words())}};
  }
}

}  // namespace unpark::measure
