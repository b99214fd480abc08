// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace unpark::bench {

// The samples of one round: a stretch of measuring in which nothing else ran. Numbers of 0 or more,
// in any order.
using Samples = std::vector<double>;

// The p-quantile, p from 0 to 1, by linear interpolation between the two nearest samples (number 7
// of Hyndman and Fan, "Sample quantiles in statistical packages", 1996; what R and NumPy do).
// `sorted`: ascending, at least one.
double quantile(const Samples& sorted, double p);

// At least one sample.
double median(Samples samples);

// The median of the rounds' medians; rounds without samples are left out. Nothing if all are.
// Against the median of all samples it has this: a round in which something else disturbed the host
// has one voice, however many samples it took.
std::optional<double> median_of_medians(const std::vector<Samples>& rounds);

struct Summary {
  std::size_t n = 0;
  double min = 0, p50 = 0, p90 = 0, p99 = 0, max = 0, mean = 0;
};
// Of all rounds together; all zero if there is no sample.
Summary summary_of(const std::vector<Samples>& rounds);

struct Interval {
  double value = 0, low = 0, high = 0;
};

// How the statements below are made. One seed gives one result.
struct Bootstrap {
  std::size_t resamples = 2000;
  std::uint64_t seed = 1;
  double confidence = 0.95;
};

// Draws of the median of medians by a bootstrap in two steps: as many rounds as there are, with
// replacement, then as many samples of each, with replacement. `how.resamples` of them; none if
// there is no sample.
std::vector<double> bootstrap_medians(const std::vector<Samples>& rounds, const Bootstrap& how);

// a / b of the medians of medians with its percentile interval. Nothing if one of them has no
// samples, or if a quotient is no finite number because the divisor is zero or nearly so.
std::optional<Interval> bootstrap_ratio(const std::vector<Samples>& a,
                                        const std::vector<Samples>& b, const Bootstrap& how = {});

// (a / b) / (c / d), in the same way.
std::optional<Interval> bootstrap_ratio_of_ratios(const std::vector<Samples>& a,
                                                  const std::vector<Samples>& b,
                                                  const std::vector<Samples>& c,
                                                  const std::vector<Samples>& d,
                                                  const Bootstrap& how = {});

}  // namespace unpark::bench
