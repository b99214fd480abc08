// SPDX-License-Identifier: Apache-2.0
#include "bench/growth.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bench/html_text.h"
#include "bench/svg_plot.h"
#include "bench/wording.h"

namespace unpark::bench {

namespace {

bool belongs(const Growth& g, const Bench& b) {
  const Bench& first = *g.benches.front();
  return b.name == first.name && b.state == first.state && b.unit == first.unit &&
         (g.over == Growth::Over::kCpus ? b.parked == first.parked : b.cpus == first.cpus);
}

void collect(const Report& report, Growth::Over over, std::vector<Growth>& all) {
  std::vector<Growth> found;
  for (const Bench& b : report.benches) {
    const auto known =
        std::find_if(found.begin(), found.end(), [&](const Growth& g) { return belongs(g, b); });
    if (known == found.end())
      found.push_back({over, {&b}});
    else if (std::none_of(known->benches.begin(), known->benches.end(),
                          [&](const Bench* other) { return known->at(*other) == known->at(b); }))
      known->benches.push_back(&b);
  }
  for (Growth& g : found) {
    if (g.benches.size() < 2) continue;
    std::stable_sort(g.benches.begin(), g.benches.end(),
                     [&](const Bench* a, const Bench* b) { return g.at(*a) < g.at(*b); });
    all.push_back(std::move(g));
  }
}

// Doubling is a step, and 0 has a place.
double place(std::uint32_t n) {
  return std::log2(1.0 + n);
}

struct Spread {
  std::uint32_t at;
  double low, middle, high;
};

std::vector<Spread> spreads_of(const Growth& g, const std::string& peer) {
  std::vector<Spread> spreads;
  for (const Bench* b : g.benches) {
    const Peer* p = peer_of(*b, peer);
    if (!p || p->summary.n == 0) continue;
    Samples all;
    for (const Round& r : p->rounds) all.insert(all.end(), r.samples.begin(), r.samples.end());
    std::sort(all.begin(), all.end());
    spreads.push_back({g.at(*b), quantile(all, 0.1), quantile(all, 0.5), quantile(all, 0.9)});
  }
  return spreads;
}

}  // namespace

std::vector<Growth> growths_of(const Report& report) {
  std::vector<Growth> all;
  collect(report, Growth::Over::kCpus, all);
  collect(report, Growth::Over::kParked, all);
  return all;
}

std::string title_of(const Growth& growth) {
  Bench b = *growth.benches.front();
  std::string title = b.title;
  if (growth.over == Growth::Over::kCpus) {
    const std::string machine = machine_of(b), place = place_of(b);
    title += place.substr(machine.size());
    if (b.parked > 0) title += fmt::format(", {} parked", b.parked);
    return title;
  }
  b.parked = 0;
  return title + ", " + place_of(b);
}

std::vector<std::string> peers_of(const Growth& growth) {
  std::vector<std::string> peers;
  for (const Bench* b : growth.benches)
    for (const Peer& p : b->peers)
      if (std::find(peers.begin(), peers.end(), p.peer) == peers.end()) peers.push_back(p.peer);
  return peers;
}

std::string growth_svg(const Growth& growth) {
  const std::vector<std::string> peers = peers_of(growth);
  double top = 0;
  for (const std::string& peer : peers)
    for (const Spread& s : spreads_of(growth, peer)) top = std::max(top, s.high);
  if (top <= 0) return {};

  const double first = place(growth.at(*growth.benches.front()));
  const double last = place(growth.at(*growth.benches.back()));
  // Half a step of room on both sides; nothing stands on the frame.
  const Scale along(Scale::Kind::kLinear, first, last, Plot::kLeft + 24, Plot::kRight - 24);
  const Scale y(Scale::Kind::kLinear, 0, top * 1.05, Plot::kBottom, Plot::kTop);
  std::vector<Tick> at;
  for (const Bench* b : growth.benches) {
    const std::uint32_t n = growth.at(*b);
    if (at.empty() || at.back().value != place(n)) at.push_back({place(n), std::to_string(n)});
  }
  const Bench& bench = *growth.benches.front();
  const bool cpus = growth.over == Growth::Over::kCpus;
  Plot plot;
  plot.x_axis(along, at, cpus ? "CPUs" : "parked CPUs");
  plot.y_axis(y, linear_ticks(0, top * 1.05, 5), bench.unit);
  std::string description;
  // Strokes of several peers at one place would hide each other.
  double offset = -2.0 * static_cast<double>(peers.size() - 1);
  for (const std::string& peer : peers) {
    const std::string_view classes = colour_class(peer);
    Points medians;
    const std::vector<Spread> spreads = spreads_of(growth, peer);
    description += fmt::format("{}{}: ", description.empty() ? "" : "; ", peer);
    for (const Spread& s : spreads) {
      const double x = along(place(s.at)) + offset;
      medians.emplace_back(x, y(s.middle));
      plot.line(fmt::format("whisker {}", classes), {{x, y(s.low)}, {x, y(s.high)}});
      description += fmt::format("{} {} at {}{}", figure(s.middle), bench.unit, s.at,
                                 &s == &spreads.back() ? "" : ", ");
    }
    plot.line(classes, medians);
    for (std::size_t i = 0; i < medians.size(); ++i)
      plot.dot(classes, medians[i].first, medians[i].second,
               fmt::format("{}, {} {}: median {} {}", peer, spreads[i].at, cpus ? "CPUs" : "parked",
                           figure(spreads[i].middle), bench.unit));
    offset += 4;
  }
  return plot.svg(fmt::format("{} over {}", title_of(growth), cpus ? "CPUs" : "parked CPUs"),
                  "Medians: " + description);
}

}  // namespace unpark::bench
