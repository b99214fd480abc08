// SPDX-License-Identifier: Apache-2.0
#include "measure/hot_add_lines.h"

#include <gtest/gtest.h>

namespace unpark::measure {
namespace {

using namespace std::chrono_literals;

TEST(HotAddLines, MoveStepsToTheClockOfTheReader) {
  HotAddLines lines(1000);  // 1000 cycles are 1 us
  EXPECT_FALSE(lines.take("\r", 10ms));
  EXPECT_FALSE(lines.take("unpark-guest: CLOCK sync now=5000000 first=3000000 cpu=2", 11ms));
  EXPECT_FALSE(lines.take("unpark-guest: STEP 04 cpu=2 by=0 tsc=+0", 12ms));
  EXPECT_FALSE(lines.take("unpark-guest: STEP 07b cpu=2 by=0 tsc=+500000", 12ms));
  const auto add = lines.take("unpark-guest: DONE cpu=2 failed=0", 13ms);
  ASSERT_TRUE(add);
  EXPECT_EQ(add->cpu, 2u);
  EXPECT_FALSE(add->failed);
  EXPECT_EQ(add->steps.at("04"), 8ms);  // 2 000 000 cycles before the empty line
  EXPECT_EQ(add->steps.at("07b"), 8500us);
}

TEST(HotAddLines, KeepHotAddsApart) {
  HotAddLines lines(1000);
  lines.take("", 1ms);
  lines.take("unpark-guest: CLOCK sync now=10 first=10 cpu=1", 1ms);
  lines.take("unpark-guest: STEP 15 cpu=1 by=0 tsc=+1000", 1ms);
  lines.take("unpark-guest: FAIL work cpu=1", 1ms);
  const auto first = lines.take("unpark-guest: DONE cpu=1 failed=1", 2ms);
  const auto second = lines.take("unpark-guest: DONE cpu=2 failed=0", 2ms);
  ASSERT_TRUE(first && second);
  EXPECT_TRUE(first->failed);
  EXPECT_FALSE(second->failed);
  EXPECT_TRUE(second->steps.empty());
}

TEST(HotAddLines, TakeNoTimeFromWhatIsMalformed) {
  HotAddLines lines(1000);
  lines.take("", 1ms);
  lines.take("unpark-guest: STEP 04 cpu=2 by=0 tsc=+0", 1ms);  // before any clock
  lines.take("unpark-guest: CLOCK sync now=5 first=9 cpu=2", 1ms);
  lines.take("unpark-guest: CLOCK sync now=18446744073709551615 first=0 cpu=2", 1ms);
  lines.take("unpark-guest: STEP 05 cpu=2 by=0 tsc=+0", 1ms);
  lines.take("unpark-guest: CLOCK sync now=9 first=9 cpu=2", 1ms);
  lines.take("unpark-guest: STEP 06 cpu=2 by=0 tsc=-1", 1ms);
  lines.take("unpark-guest: STEP 07b cpu=2 by=0 tsc=9223372036854775807", 1ms);
  lines.take("unpark-guest: STEP muchtoolong cpu=2 by=0 tsc=+1", 1ms);
  lines.take("unpark-guest: STEP 08a cpu=2", 1ms);
  EXPECT_FALSE(lines.take("unpark-guest: DONE", 1ms));
  const auto add = lines.take("unpark-guest: DONE cpu=2 failed=0", 2ms);
  ASSERT_TRUE(add);
  EXPECT_TRUE(add->steps.empty());
}

}  // namespace
}  // namespace unpark::measure
