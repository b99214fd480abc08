// SPDX-License-Identifier: Apache-2.0
#include "devices/pm_timer.h"

#include <gtest/gtest.h>

namespace unpark::test {
namespace {

using namespace std::chrono_literals;

static_assert(pm_timer_ticks(0s) == 0);
static_assert(pm_timer_ticks(1s) == 3'579'545);
static_assert(pm_timer_ticks(1ms) == 3'579);
static_assert(pm_timer_ticks(279ns) == 0);  // one tick is 279.365 ns
static_assert(pm_timer_ticks(280ns) == 1);

TEST(PmTimer, WrapsAt24Bits) {
  // 2^24 ticks are 4.686957 s.
  EXPECT_EQ(pm_timer_ticks(4'686'956us) >> 8, 0xffffu);
  EXPECT_LT(pm_timer_ticks(4'686'970us), 0x100u);
}

TEST(PmTimer, KeepsRateAfterALongUptime) {
  constexpr auto kYear = 365 * 24h;
  EXPECT_EQ((pm_timer_ticks(kYear + 1s) - pm_timer_ticks(kYear)) & 0xff'ffff, 3'579'545u);
}

}  // namespace
}  // namespace unpark::test
