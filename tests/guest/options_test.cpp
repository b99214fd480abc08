// SPDX-License-Identifier: Apache-2.0
#include "guest/body/options.h"

#include <gtest/gtest.h>

namespace unpark::guest {
namespace {

TEST(GuestOptions, DefaultToNoAttackAndALittleWork) {
  const Options o = parse_options("");
  EXPECT_FALSE(o.attack);
  EXPECT_FALSE(o.hostile_smi);
  EXPECT_FALSE(o.quiet);
  EXPECT_EQ(o.work, 4u);
  EXPECT_EQ(o.smi_bench, 0u);
  EXPECT_EQ(o.unknown, 0u);
}

TEST(GuestOptions, TakeWordsInAnyOrderAndSeparation) {
  using namespace std::string_view_literals;
  const Options o = parse_options("quiet,\tsmi-bench=100\n attack  work=7 hostile-smi\0"sv);
  EXPECT_TRUE(o.attack);
  EXPECT_TRUE(o.hostile_smi);
  EXPECT_TRUE(o.quiet);
  EXPECT_EQ(o.work, 7u);
  EXPECT_EQ(o.smi_bench, 100u);
  EXPECT_EQ(o.unknown, 0u);
}

TEST(GuestOptions, SayWhatABenchMeasures) {
  const Options none = parse_options("");
  EXPECT_EQ(none.bench_samples, 0u);
  EXPECT_FALSE(none.bench_halted || none.bench_user || none.bench_pio || none.bench_directed);
  EXPECT_FALSE(none.bench_host || none.empty_handler);
  const Options o = parse_options(
      "bench-samples=500,bench-warmup=20,bench-halted,bench-user,bench-pio,bench-directed,"
      "bench-clock,bench-host,empty-handler");
  EXPECT_EQ(o.bench_samples, 500u);
  EXPECT_EQ(o.bench_warmup, 20u);
  EXPECT_TRUE(o.bench_clock && o.bench_host && o.empty_handler);
  EXPECT_TRUE(o.bench_halted && o.bench_user && o.bench_pio && o.bench_directed);
  EXPECT_EQ(o.unknown, 0u);
}

TEST(GuestOptions, CountWhatTheyDoNotKnow) {
  const Options o = parse_options("atack work= work=1x work=9999999999 attack-");
  EXPECT_FALSE(o.attack);
  EXPECT_EQ(o.work, 4u);
  EXPECT_EQ(o.unknown, 5u);
}

}  // namespace
}  // namespace unpark::guest
