// SPDX-License-Identifier: Apache-2.0
#include "bench/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace unpark::bench {

const Peer* peer_of(const Bench& bench, const std::string& name) {
  const auto found = std::find_if(bench.peers.begin(), bench.peers.end(),
                                  [&](const Peer& p) { return p.peer == name; });
  return found == bench.peers.end() ? nullptr : &*found;
}

const Ratio* ratio_to(const Bench& bench, const std::string& peer) {
  const auto found = std::find_if(bench.ratios.begin(), bench.ratios.end(),
                                  [&](const Ratio& r) { return r.of == "unpark" && r.to == peer; });
  return found == bench.ratios.end() ? nullptr : &*found;
}

std::vector<Samples> samples_of(const Peer& peer) {
  std::vector<Samples> all;
  all.reserve(peer.rounds.size());
  for (const Round& r : peer.rounds) all.push_back(r.samples);
  return all;
}

void add_figures(Report& report, const Bootstrap& how) {
  for (Bench& b : report.benches) {
    for (Peer& p : b.peers) p.summary = summary_of(samples_of(p));
    b.ratios.clear();
    const Peer* own = peer_of(b, "unpark");
    if (!own) continue;
    for (const Peer& p : b.peers) {
      if (&p == own) continue;
      const auto interval = bootstrap_ratio(samples_of(*own), samples_of(p), how);
      if (!interval) continue;
      b.ratios.push_back(
          {.of = own->peer,
           .to = p.peer,
           .interval = *interval,
           .confidence = how.confidence,
           .method = fmt::format("median of the rounds' medians; percentile bootstrap over rounds "
                                 "and samples, {} resamples, seed {}",
                                 how.resamples, how.seed)});
    }
  }
}

std::vector<TargetResult> target_results(const Bench& bench) {
  std::vector<TargetResult> results;
  for (const Target& t : bench.targets) {
    const Ratio* r = ratio_to(bench, t.to);
    if (!r) continue;
    const bool met =
        bench.lower_is_better ? r->interval.value <= t.ratio : r->interval.value >= t.ratio;
    results.push_back({.target = t,
                       .verdict = met ? Verdict::kMet : Verdict::kMissed,
                       .clear = t.ratio < r->interval.low || t.ratio > r->interval.high});
  }
  return results;
}

std::vector<std::string> warnings_of(const Report& report) {
  std::vector<std::string> all;
  if (!report.complete)
    all.push_back("The report is incomplete" +
                  (report.incomplete.empty() ? std::string{} : ": " + report.incomplete));
  const Host& host = report.host;
  if (host.emulated)
    all.push_back(
        fmt::format("The host is emulated ({}): times are those of the emulation, and "
                    "only ratios within this report mean anything",
                    host.hypervisor));
  else if (host.is_virtual)
    all.push_back(
        fmt::format("The host is a virtual machine ({}): KVM is nested, and every exit "
                    "costs more than on the machine below",
                    host.hypervisor));
  if (host.noise.noisy)
    all.push_back(fmt::format("The host is noisy: {:.4g} {} ({})", host.noise.value,
                              host.noise.unit, host.noise.measure));
  struct Count {
    std::uint64_t lost = 0, taken = 0;
  };
  std::map<std::string, Count> counts;
  for (const Bench& b : report.benches)
    for (const Peer& p : b.peers) {
      for (const Round& r : p.rounds) counts[p.peer].lost += r.lost;
      counts[p.peer].taken += p.summary.n;
    }
  for (const auto& [peer, count] : counts)
    if (count.lost > 0)
      all.push_back(fmt::format("{} of {} samples of {} were lost", count.lost,
                                count.lost + count.taken, peer));
  for (const std::string& w : report.warnings)
    if (std::find(all.begin(), all.end(), w) == all.end()) all.push_back(w);
  return all;
}

}  // namespace unpark::bench
