// SPDX-License-Identifier: Apache-2.0
#include "bench/svg_distribution.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "bench/html_text.h"
#include "bench/svg_plot.h"
#include "bench/wording.h"

namespace unpark::bench {

namespace {

constexpr std::size_t kBins = 48;

struct Curve {
  std::string peer;
  Samples sorted;
};

std::vector<Curve> curves_of(const Bench& bench) {
  std::vector<Curve> curves;
  for (const Peer& p : bench.peers) {
    Curve c{p.peer, {}};
    for (const Round& r : p.rounds)
      c.sorted.insert(c.sorted.end(), r.samples.begin(), r.samples.end());
    std::sort(c.sorted.begin(), c.sorted.end());
    if (!c.sorted.empty()) curves.push_back(std::move(c));
  }
  return curves;
}

// The axis that all curves fit on. Samples of zero are drawn at its left end.
std::optional<Scale> values_of(const std::vector<Curve>& curves) {
  double low = 0, high = 0;
  for (const Curve& c : curves) {
    const auto positive = std::upper_bound(c.sorted.begin(), c.sorted.end(), 0.0);
    if (positive == c.sorted.end()) continue;
    low = low == 0 ? *positive : std::min(low, *positive);
    high = std::max(high, c.sorted.back());
  }
  if (low <= 0) return std::nullopt;
  // Samples that are all alike need some axis around them.
  const double room = std::max(1.02, std::sqrt(1.5 / std::min(1.5, high / low)));
  return Scale(Scale::Kind::kLog, low / room, high * room, Plot::kLeft, Plot::kRight);
}

std::string medians(const std::vector<Curve>& curves, const std::string& unit) {
  std::string text;
  for (const Curve& c : curves)
    text +=
        fmt::format("{}{}: median {} {}, 99th percentile {} {}", text.empty() ? "" : "; ", c.peer,
                    figure(quantile(c.sorted, 0.5)), unit, figure(quantile(c.sorted, 0.99)), unit);
  return text;
}

std::string percent(double share) {
  return fmt::format("{:g} %", share * 100);
}

// The outline of the bars, from the axis and back to it.
Points outline(const Curve& curve, const Scale& x, const Scale& y) {
  std::vector<std::size_t> counts(kBins, 0);
  const double bin_width = (Plot::kRight - Plot::kLeft) / kBins;
  for (const double s : curve.sorted) {
    const double at = s > 0 ? x(s) : Plot::kLeft;
    const auto bin = static_cast<std::size_t>((at - Plot::kLeft) / bin_width);
    ++counts[std::min(bin, kBins - 1)];
  }
  Points points{{Plot::kLeft, Plot::kBottom}};
  for (std::size_t i = 0; i < kBins; ++i) {
    const double share = static_cast<double>(counts[i]) / static_cast<double>(curve.sorted.size());
    const double left = Plot::kLeft + static_cast<double>(i) * bin_width;
    points.emplace_back(left, y(share));
    points.emplace_back(left + bin_width, y(share));
  }
  points.emplace_back(Plot::kRight, Plot::kBottom);
  return points;
}

// With few samples every step; with many, what the eye can tell apart.
Points rising(const Curve& curve, const Scale& x, const Scale& y) {
  const auto at = [&](double value) { return value > 0 ? x(value) : Plot::kLeft; };
  Points points;
  const std::size_t n = curve.sorted.size();
  constexpr std::size_t kFew = 64;
  if (n <= kFew) {
    for (std::size_t i = 0; i < n; ++i) {
      const double size = static_cast<double>(n);
      points.emplace_back(at(curve.sorted[i]), y(static_cast<double>(i) / size));
      points.emplace_back(at(curve.sorted[i]), y(static_cast<double>(i + 1) / size));
    }
    return points;
  }
  for (int i = 0; i <= 100; ++i)
    points.emplace_back(at(quantile(curve.sorted, i / 100.0)), y(i / 100.0));
  points.insert(points.end() - 1, {at(quantile(curve.sorted, 0.995)), y(0.995)});
  points.insert(points.end() - 1, {at(quantile(curve.sorted, 0.999)), y(0.999)});
  return points;
}

}  // namespace

std::string histogram_svg(const Bench& bench) {
  const std::vector<Curve> curves = curves_of(bench);
  const auto x = values_of(curves);
  if (!x) return {};
  std::size_t most = 1;
  for (const Curve& c : curves) most = std::max(most, c.sorted.size());
  // A little below one sample, so that one sample has a height.
  const double floor = 0.6 / static_cast<double>(most);
  const Scale y(Scale::Kind::kLog, floor, 1.2, Plot::kBottom, Plot::kTop);
  std::vector<Tick> ticks;
  for (double share = 1; share >= floor && ticks.size() < 8; share /= 10)
    ticks.push_back({share, percent(share)});
  Plot plot;
  plot.x_axis(*x, log_ticks(x->low(), x->high()), bench.unit + ", logarithmic");
  plot.y_axis(y, ticks, "share of samples");
  for (const Curve& c : curves) {
    const Points points = outline(c, *x, y);
    plot.area(colour_class(c.peer), points);
    plot.line(colour_class(c.peer), points);
  }
  return plot.svg("Histogram of " + bench.title + ", " + place_of(bench),
                  medians(curves, bench.unit));
}

std::string cdf_svg(const Bench& bench) {
  const std::vector<Curve> curves = curves_of(bench);
  const auto x = values_of(curves);
  if (!x) return {};
  const Scale y(Scale::Kind::kLinear, 0, 1, Plot::kBottom, Plot::kTop);
  Plot plot;
  plot.x_axis(*x, log_ticks(x->low(), x->high()), bench.unit + ", logarithmic");
  plot.y_axis(y, {{0, "0 %"}, {0.25, "25 %"}, {0.5, "50 %"}, {0.75, "75 %"}, {1, "100 %"}},
              "samples at or below");
  for (const Curve& c : curves) plot.line(colour_class(c.peer), rising(c, *x, y));
  for (const Curve& c : curves) {
    const double middle = quantile(c.sorted, 0.5);
    plot.dot(colour_class(c.peer), middle > 0 ? (*x)(middle) : Plot::kLeft, y(0.5),
             fmt::format("{}: median {} {}", c.peer, figure(middle), bench.unit));
  }
  return plot.svg("Cumulative distribution of " + bench.title + ", " + place_of(bench),
                  medians(curves, bench.unit));
}

}  // namespace unpark::bench
