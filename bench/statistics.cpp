// SPDX-License-Identifier: Apache-2.0
#include "bench/statistics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <random>

namespace unpark::bench {

namespace {

std::vector<Samples> sorted_rounds(const std::vector<Samples>& rounds) {
  std::vector<Samples> sorted;
  for (const Samples& round : rounds) {
    if (round.empty()) continue;
    sorted.push_back(round);
    std::sort(sorted.back().begin(), sorted.back().end());
  }
  return sorted;
}

// The k-th smallest of n numbers that are uniform in [0, 1) is Beta(k, n + 1 - k).
double beta(std::mt19937_64& random, std::size_t k, std::size_t n) {
  std::gamma_distribution<double> below(static_cast<double>(k));
  std::gamma_distribution<double> above(static_cast<double>(n + 1 - k));
  const double x = below(random), y = above(random);
  return x / (x + y);
}

double at(const Samples& sorted, double position) {
  const auto n = sorted.size();
  const auto i = static_cast<std::size_t>(position * static_cast<double>(n));
  return sorted[std::min(i, n - 1)];
}

// The median of n draws with replacement. Drawing n indices and looking for their middle would be
// the same and n times slower: the middle index has a distribution that can be drawn from.
double resampled_median(const Samples& sorted, std::mt19937_64& random) {
  const std::size_t n = sorted.size(), half = n / 2;
  if (n % 2 == 1) return at(sorted, beta(random, half + 1, n));
  const double lower = beta(random, half, n);
  // Of the n - half draws above `lower`, the smallest.
  const double rest = std::uniform_real_distribution<double>(0, 1)(random);
  const double upper = 1 - (1 - lower) * std::pow(rest, 1 / static_cast<double>(n - half));
  return std::midpoint(at(sorted, lower), at(sorted, upper));
}

std::optional<Interval> interval_of(std::optional<double> value, Samples draws,
                                    const Bootstrap& how) {
  const auto finite = [](double x) { return std::isfinite(x); };
  if (!value || !finite(*value) || draws.empty()) return std::nullopt;
  if (!std::all_of(draws.begin(), draws.end(), finite)) return std::nullopt;
  std::sort(draws.begin(), draws.end());
  const double outside = (1 - how.confidence) / 2;
  return Interval{*value, quantile(draws, outside), quantile(draws, 1 - outside)};
}

// Runs of different things are drawn independently.
Bootstrap nth(const Bootstrap& how, std::uint64_t n) {
  Bootstrap other = how;
  other.seed = how.seed + n * 0x9e37'79b9'7f4a'7c15U;
  return other;
}

std::optional<double> quotient(std::optional<double> a, std::optional<double> b) {
  if (!a || !b || *b == 0) return std::nullopt;
  return *a / *b;
}

}  // namespace

double quantile(const Samples& sorted, double p) {
  const double position = std::clamp(p, 0.0, 1.0) * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], position - static_cast<double>(below));
}

double median(Samples samples) {
  std::sort(samples.begin(), samples.end());
  return quantile(samples, 0.5);
}

std::optional<double> median_of_medians(const std::vector<Samples>& rounds) {
  Samples medians;
  for (const Samples& round : rounds)
    if (!round.empty()) medians.push_back(median(round));
  if (medians.empty()) return std::nullopt;
  return median(std::move(medians));
}

Summary summary_of(const std::vector<Samples>& rounds) {
  Samples all;
  for (const Samples& round : rounds) all.insert(all.end(), round.begin(), round.end());
  if (all.empty()) return {};
  std::sort(all.begin(), all.end());
  Summary s{.n = all.size(),
            .min = all.front(),
            .p50 = quantile(all, 0.50),
            .p90 = quantile(all, 0.90),
            .p99 = quantile(all, 0.99),
            .max = all.back()};
  // Divided first: a sum of large samples could overflow.
  for (const double x : all) s.mean += x / static_cast<double>(all.size());
  return s;
}

std::vector<double> bootstrap_medians(const std::vector<Samples>& rounds, const Bootstrap& how) {
  const std::vector<Samples> sorted = sorted_rounds(rounds);
  if (sorted.empty()) return {};
  std::mt19937_64 random(how.seed);
  std::uniform_int_distribution<std::size_t> any_round(0, sorted.size() - 1);
  Samples draws(how.resamples);
  for (double& draw : draws) {
    Samples medians(sorted.size());
    for (double& m : medians) m = resampled_median(sorted[any_round(random)], random);
    draw = median(std::move(medians));
  }
  return draws;
}

std::optional<Interval> bootstrap_ratio(const std::vector<Samples>& a,
                                        const std::vector<Samples>& b, const Bootstrap& how) {
  Samples draws = bootstrap_medians(a, nth(how, 0));
  const Samples under = bootstrap_medians(b, nth(how, 1));
  if (draws.size() != under.size()) return std::nullopt;
  for (std::size_t i = 0; i < draws.size(); ++i) draws[i] /= under[i];
  return interval_of(quotient(median_of_medians(a), median_of_medians(b)), std::move(draws), how);
}

std::optional<Interval> bootstrap_ratio_of_ratios(const std::vector<Samples>& a,
                                                  const std::vector<Samples>& b,
                                                  const std::vector<Samples>& c,
                                                  const std::vector<Samples>& d,
                                                  const Bootstrap& how) {
  const std::array draws{bootstrap_medians(a, nth(how, 0)), bootstrap_medians(b, nth(how, 1)),
                         bootstrap_medians(c, nth(how, 2)), bootstrap_medians(d, nth(how, 3))};
  for (const Samples& s : draws)
    if (s.size() != how.resamples) return std::nullopt;
  Samples ratios(how.resamples);
  for (std::size_t i = 0; i < ratios.size(); ++i)
    ratios[i] = (draws[0][i] / draws[1][i]) / (draws[2][i] / draws[3][i]);
  return interval_of(quotient(quotient(median_of_medians(a), median_of_medians(b)),
                              quotient(median_of_medians(c), median_of_medians(d))),
                     std::move(ratios), how);
}

}  // namespace unpark::bench
