// SPDX-License-Identifier: Apache-2.0
#include "measure/guest_lines.h"

#include <gtest/gtest.h>

namespace unpark::measure {
namespace {

TEST(GuestLines, PutASeriesTogether) {
  GuestLines lines;
  lines.take("unpark-guest: SAMPLES smi.directed state=halted at=0 10 20 30\r");
  lines.take("unpark-guest: SAMPLES smi.directed state=halted at=3 40");
  lines.take("unpark-guest: MEASURED smi.directed state=halted count=4 lost=1\r\n");
  ASSERT_EQ(lines.series().size(), 1u);
  EXPECT_EQ(lines.series()[0].name, "smi.directed");
  EXPECT_EQ(lines.series()[0].state, "halted");
  EXPECT_EQ(lines.series()[0].samples, (bench::Samples{10, 20, 30, 40}));
  EXPECT_EQ(lines.series()[0].lost, 1u);
  EXPECT_EQ(lines.malformed(), 0u);
}

TEST(GuestLines, KeepSeriesOfOneNameApartByState) {
  GuestLines lines;
  lines.take("unpark-guest: SAMPLES a state=user at=0 1");
  lines.take("unpark-guest: SAMPLES a state=pio at=0 2");
  lines.take("unpark-guest: MEASURED a state=pio count=1 lost=0");
  lines.take("unpark-guest: MEASURED a state=user count=1 lost=0");
  ASSERT_EQ(lines.series().size(), 2u);
  EXPECT_EQ(lines.series()[0].samples, (bench::Samples{2}));
  EXPECT_EQ(lines.series()[1].samples, (bench::Samples{1}));
}

TEST(GuestLines, CountSamplesThatDidNotArriveAsLost) {
  GuestLines lines;
  lines.take("unpark-guest: SAMPLES a state= at=0 1 2");
  lines.take("unpark-guest: SAMPLES a state= at=5 6");  // 2 to 4 are missing
  lines.take("unpark-guest: MEASURED a state= count=6 lost=2");
  ASSERT_EQ(lines.series().size(), 1u);
  EXPECT_EQ(lines.series()[0].samples, (bench::Samples{1, 2, 6}));
  EXPECT_EQ(lines.series()[0].lost, 5u);
}

TEST(GuestLines, CountASeriesOfWhichNothingArrivedAsLost) {
  GuestLines lines;
  lines.take("unpark-guest: MEASURED a state=user count=7 lost=0");
  ASSERT_EQ(lines.series().size(), 1u);
  EXPECT_EQ(lines.series()[0].lost, 7u);
}

TEST(GuestLines, AreCountedWhenMalformedAndChangeNothing) {
  GuestLines lines;
  for (const char* bad : {
           "unpark-guest: SAMPLES",
           "unpark-guest: SAMPLES a",
           "unpark-guest: SAMPLES a state=x at=z 1",
           "unpark-guest: SAMPLES a state=x at=0",
           "unpark-guest: SAMPLES a state=x at=0 1 -2",
           "unpark-guest: SAMPLES a state=x at=0 1 99999999999999999999999",
           "unpark-guest: SAMPLES a state=x at=0 0x10",
           "unpark-guest: MEASURED a state=x count=-1 lost=0",
           "unpark-guest: MEASURED a state=x count=4000000000 lost=0",
           "unpark-guest: MEASURED a state=x count=1",
           "unpark-guest: CLOCK tsc mhz=999999999999",
       })
    lines.take(bad);
  EXPECT_EQ(lines.malformed(), 11u);
  EXPECT_TRUE(lines.series().empty());
}

TEST(GuestLines, RefuseSamplesThatComeTwiceAndAnEndWithFewerThanCame) {
  GuestLines lines;
  lines.take("unpark-guest: SAMPLES a state=x at=0 1 2");
  lines.take("unpark-guest: SAMPLES a state=x at=1 2");
  EXPECT_EQ(lines.malformed(), 1u);
  lines.take("unpark-guest: MEASURED a state=x count=1 lost=0");
  EXPECT_EQ(lines.malformed(), 2u);
  EXPECT_TRUE(lines.series().empty());
}

TEST(GuestLines, KeepNoMoreThanTheirLimits) {
  GuestLines lines;
  std::uint64_t at = 0;
  for (int i = 0; i < 3000; ++i, at += 8)
    lines.take("unpark-guest: SAMPLES a state=x at=" + std::to_string(at) + " 1 1 1 1 1 1 1 1");
  lines.take("unpark-guest: MEASURED a state=x count=16384 lost=0");
  ASSERT_EQ(lines.series().size(), 1u);
  EXPECT_EQ(lines.series()[0].samples.size(), 16384u);
  for (int i = 0; i < 200; ++i) {
    lines.take("unpark-guest: MEASURED s" + std::to_string(i) + " state=x count=0 lost=0");
    lines.take("unpark-guest: FAIL something");
  }
  EXPECT_EQ(lines.series().size(), 64u);
  EXPECT_EQ(lines.failures().size(), 8u);
}

TEST(GuestLines, TakeNothingAfterTheGuestBeganAgain) {
  GuestLines lines;
  lines.take("unpark-guest: CLOCK tsc mhz=2445");
  lines.take("unpark-guest: MEASURED a state=x count=0 lost=0");
  EXPECT_FALSE(lines.restarted());
  lines.take("unpark-guest: CLOCK tsc mhz=2445");
  lines.take("unpark-guest: MEASURED a state=x count=0 lost=0");
  lines.take("unpark-guest: READY cpus=2");
  EXPECT_TRUE(lines.restarted());
  EXPECT_EQ(lines.series().size(), 1u);
  EXPECT_FALSE(lines.ready());
}

TEST(GuestLines, TellTheClocksAndTheEnd) {
  GuestLines lines;
  lines.take("something else");
  lines.take("unpark-guest: CLOCK tsc mhz=2445");
  lines.take("unpark-guest: CLOCK tsc-offset cpu=1 low=-120 high=+340");
  lines.take("unpark-guest: CLOCK tsc-offset cpu=2 low=-10 high=+400");
  EXPECT_FALSE(lines.ready());
  lines.take("unpark-guest: READY cpus=3 possible=3 machine=unpark failed=0");
  EXPECT_TRUE(lines.ready());
  EXPECT_TRUE(lines.tsc_offset().known);
  EXPECT_EQ(lines.tsc_offset().low, -120);
  EXPECT_EQ(lines.tsc_offset().high, 400);
}

}  // namespace
}  // namespace unpark::measure
