// SPDX-License-Identifier: Apache-2.0
#include "bench/statistics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace unpark::bench {
namespace {

using testing::AllOf;
using testing::DoubleNear;
using testing::Ge;
using testing::Le;

// Values of R 4.2: quantile(c(1, 2, 4, 8, 16), p, type = 7).
TEST(Quantile, InterpolatesAsRDoes) {
  const Samples s{1, 2, 4, 8, 16};
  EXPECT_DOUBLE_EQ(quantile(s, 0), 1);
  EXPECT_DOUBLE_EQ(quantile(s, 0.1), 1.4);
  EXPECT_DOUBLE_EQ(quantile(s, 0.5), 4);
  EXPECT_DOUBLE_EQ(quantile(s, 0.9), 12.8);
  EXPECT_DOUBLE_EQ(quantile(s, 1), 16);
}

TEST(Quantile, OfOneSampleIsThatSample) {
  for (const double p : {0.0, 0.5, 0.99, 1.0}) EXPECT_EQ(quantile({7}, p), 7);
}

TEST(Quantile, StaysInTheSamplesWhateverIsAsked) {
  EXPECT_EQ(quantile({1, 2}, -1), 1);
  EXPECT_EQ(quantile({1, 2}, 2), 2);
}

TEST(Median, OfAnEvenNumberIsBetweenTheMiddleTwo) {
  EXPECT_EQ(median({9, 1, 4, 2}), 3);
  EXPECT_EQ(median({9, 1, 4}), 4);
}

TEST(MedianOfMedians, GivesEachRoundOneVoice) {
  // The disturbed round has more samples than the others together.
  EXPECT_EQ(median_of_medians({{10, 11, 12}, {11}, Samples(50, 100.0)}), 11);
  EXPECT_EQ(median_of_medians({{}, {5}, {}}), 5);
  EXPECT_EQ(median_of_medians({}), std::nullopt);
  EXPECT_EQ(median_of_medians({{}, {}}), std::nullopt);
}

TEST(SummaryOf, IsThatOfAllRoundsTogether) {
  const Summary s = summary_of({{4, 1}, {}, {2, 16, 8}});
  EXPECT_EQ(s.n, 5u);
  EXPECT_EQ(s.min, 1);
  EXPECT_EQ(s.p50, 4);
  EXPECT_DOUBLE_EQ(s.p90, 12.8);
  EXPECT_DOUBLE_EQ(s.p99, 15.68);
  EXPECT_EQ(s.max, 16);
  EXPECT_DOUBLE_EQ(s.mean, 6.2);
}

TEST(SummaryOf, NothingIsZero) {
  const Summary s = summary_of({{}, {}});
  EXPECT_EQ(s.n, 0u);
  EXPECT_EQ(s.max, 0);
}

TEST(SummaryOf, DoesNotOverflow) {
  const Summary s = summary_of({{1e308, 1e308, 1e308}});
  EXPECT_DOUBLE_EQ(s.mean, 1e308);
  EXPECT_DOUBLE_EQ(s.p50, 1e308);
}

TEST(Bootstrap, OfSamplesThatAreAllAlikeHasNoWidth) {
  const auto r = bootstrap_ratio({{6, 6}, {6}}, {{10, 10, 10}});
  ASSERT_TRUE(r);
  EXPECT_DOUBLE_EQ(r->value, 0.6);
  EXPECT_DOUBLE_EQ(r->low, 0.6);
  EXPECT_DOUBLE_EQ(r->high, 0.6);
}

TEST(Bootstrap, OfOneSampleEachIsThatRatio) {
  const auto r = bootstrap_ratio({{3}}, {{4}});
  ASSERT_TRUE(r);
  EXPECT_DOUBLE_EQ(r->low, 0.75);
  EXPECT_DOUBLE_EQ(r->high, 0.75);
}

TEST(Bootstrap, IsTheSameForTheSameSeed) {
  const std::vector<Samples> a{{1, 2, 3, 4}, {2, 3, 4, 9}}, b{{2, 3, 7}, {5, 6, 8}};
  const auto first = bootstrap_ratio(a, b, {.seed = 7}), again = bootstrap_ratio(a, b, {.seed = 7});
  EXPECT_EQ(first->low, again->low);
  EXPECT_EQ(first->high, again->high);
}

TEST(Bootstrap, OfNothingOrByZeroIsNothing) {
  EXPECT_FALSE(bootstrap_ratio({}, {{1}}));
  EXPECT_FALSE(bootstrap_ratio({{1}}, {{}}));
  EXPECT_FALSE(bootstrap_ratio({{1}}, {{0}}));
  EXPECT_FALSE(bootstrap_ratio({{1}, {1}}, {{0}, {1}})) << "some of the draws divide by zero";
  EXPECT_FALSE(bootstrap_ratio({{1e308}}, {{1e-308}})) << "not finite";
  EXPECT_FALSE(bootstrap_ratio_of_ratios({{1}}, {{1}}, {{1}}, {}));
  EXPECT_FALSE(bootstrap_ratio_of_ratios({{1}}, {{1}}, {{0}}, {{1}}));
}

// The short cut against the long way: draw the indices, sort, take the middle.
void expect_like_drawing(std::size_t n) {
  Samples sorted(n);
  for (std::size_t i = 0; i < n; ++i) sorted[i] = static_cast<double>(i * i);
  constexpr std::size_t kDraws = 20'000;
  Samples quick = bootstrap_medians({sorted}, {.resamples = kDraws, .seed = 3}), slow(kDraws);
  std::mt19937_64 random(4);
  std::uniform_int_distribution<std::size_t> any(0, n - 1);
  for (double& m : slow) {
    Samples drawn(n);
    for (double& d : drawn) d = sorted[any(random)];
    m = median(drawn);
  }
  std::sort(quick.begin(), quick.end());
  std::sort(slow.begin(), slow.end());
  const double width = quantile(slow, 0.99) - quantile(slow, 0.01);
  for (const double p : {0.025, 0.25, 0.5, 0.75, 0.975})
    EXPECT_NEAR(quantile(quick, p), quantile(slow, p), 0.03 * width) << n << " samples, " << p;
}

TEST(Bootstrap, DrawsMediansAsResamplingDoes) {
  expect_like_drawing(25);
  expect_like_drawing(24);
}

TEST(Bootstrap, CoversTheTruthAboutAsOftenAsItSays) {
  std::mt19937_64 random(11);
  std::lognormal_distribution<double> any(0, 0.5);
  constexpr int kRuns = 300;
  int covered = 0;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<Samples> a(10, Samples(40)), b = a;
    for (auto* rounds : {&a, &b})
      for (Samples& round : *rounds)
        for (double& s : round) s = any(random);
    const auto r = bootstrap_ratio(a, b, {.resamples = 400, .seed = 5});
    covered += r && r->low <= 1 && r->high >= 1 ? 1 : 0;
  }
  EXPECT_THAT(covered, AllOf(Ge(kRuns * 90 / 100), Le(kRuns)));
}

TEST(Bootstrap, RatioOfRatiosFindsWhatBothHaveInCommon) {
  // The second host is half as fast for everybody.
  const auto r = bootstrap_ratio_of_ratios({{20, 20}}, {{40, 40}}, {{10, 10}}, {{20, 20}});
  ASSERT_TRUE(r);
  EXPECT_THAT(r->value, DoubleNear(1, 1e-12));
}

}  // namespace
}  // namespace unpark::bench
