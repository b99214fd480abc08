// SPDX-License-Identifier: Apache-2.0
#include "measure/host_smi_lines.h"

#include <gtest/gtest.h>

namespace unpark::measure {
namespace {

using namespace std::chrono_literals;

TEST(HostSmiLines, MoveTheEntryToTheClockOfTheReader) {
  HostSmiLines lines;
  EXPECT_FALSE(lines.waiting());
  EXPECT_FALSE(lines.take("unpark-guest: CLOCK host-smis count=3", 1ms, 1000));
  EXPECT_TRUE(lines.waiting());
  EXPECT_FALSE(lines.take("\r", 10ms, 1000));
  const auto smi =
      lines.take("unpark-guest: CLOCK host-smi now=5000000 entered=3000000", 11ms, 1000);
  ASSERT_TRUE(smi);
  EXPECT_EQ(smi->last_in, 8ms);  // 2 000 000 cycles before the empty line
}

TEST(HostSmiLines, TellAnSmiToWhichACpuDidNotCome) {
  HostSmiLines lines;
  lines.take("", 10ms, 1000);
  const auto smi = lines.take("unpark-guest: CLOCK host-smi now=5000000 entered=0", 11ms, 1000);
  ASSERT_TRUE(smi);
  EXPECT_FALSE(smi->last_in);
}

TEST(HostSmiLines, TakeNoTimeFromWhatIsMalformed) {
  HostSmiLines lines;
  lines.take("", 10ms, 1000);
  for (const char* bad :
       {"unpark-guest: CLOCK host-smi", "unpark-guest: CLOCK host-smi now=1 entered=2",
        "unpark-guest: CLOCK host-smi now=x entered=2",
        "unpark-guest: CLOCK host-smi now=18446744073709551615 entered=1"}) {
    const auto smi = lines.take(bad, 11ms, 1000);
    ASSERT_TRUE(smi) << bad;
    EXPECT_FALSE(smi->last_in) << bad;
  }
  const auto early = lines.take("unpark-guest: CLOCK host-smi now=9 entered=1", 11ms, 0);
  ASSERT_TRUE(early);
  EXPECT_FALSE(early->last_in);
  EXPECT_FALSE(lines.take("unpark-guest: PASS host-smi now=9 entered=1", 11ms, 1000));
  EXPECT_FALSE(lines.waiting());
}

}  // namespace
}  // namespace unpark::measure
