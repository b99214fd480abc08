// SPDX-License-Identifier: Apache-2.0
#include "guest/chips/timeout.h"

#include <gtest/gtest.h>

#include "guest/chips/pm_timer.h"

namespace unpark::guest {
namespace {

// 24 bits, ten ticks a microsecond; goes on by `step` at each reading.
struct FakeClock {
  static constexpr std::uint64_t kMask = 0xff'ffff;
  static constexpr std::uint64_t kTurnsPerRead = 4;
  std::uint64_t* at;
  std::uint64_t step;

  [[nodiscard]] std::uint64_t now() const {
    *at = (*at + step) & kMask;
    return *at;
  }
  static constexpr std::uint64_t ticks(std::uint64_t microseconds) { return microseconds * 10; }
};

template <class Clock>
std::uint64_t turns_until_expired(const Clock& clock, std::uint64_t microseconds) {
  Timeout<Clock> timeout(clock, microseconds);
  std::uint64_t turns = 1;
  while (!timeout.expired()) ++turns;
  EXPECT_TRUE(timeout.expired()) << "expired once, expired for good";
  return turns;
}

TEST(Timeout, ExpiresByItsClock) {
  std::uint64_t at = 0;
  // 100 us are 1000 ticks, 20 readings of 50 after the first; one reading in four turns.
  EXPECT_EQ(turns_until_expired(FakeClock{&at, 50}, 100), 84u);
}

TEST(Timeout, CountsAcrossTheWrapOfItsClock) {
  std::uint64_t at = 0xff'ffff - 75;
  EXPECT_EQ(turns_until_expired(FakeClock{&at, 50}, 100), 84u);
}

// At most 1000 turns a microsecond.
TEST(Timeout, EndsWhenItsClockStandsStill) {
  std::uint64_t at = 123;
  EXPECT_EQ(turns_until_expired(FakeClock{&at, 0}, 100), 100'001u);
}

TEST(Timeout, AGapInWhichTheHostDidNotRunThisCpuCountsAsTenMilliseconds) {
  std::uint64_t at = 0;
  // Every reading is 100 ms after the one before: 50 ms take five of them and the first.
  EXPECT_EQ(turns_until_expired(FakeClock{&at, 1'000'000}, 50'000), 24u);
}

TEST(WaitUntil, EndsWithTheConditionAndLooksOnceMoreWhenTimeIsUp) {
  std::uint64_t at = 0;
  int calls = 0;
  EXPECT_TRUE(wait_until(FakeClock{&at, 50}, 100, [&] { return ++calls == 3; }));
  EXPECT_EQ(calls, 3);
  EXPECT_FALSE(wait_until(FakeClock{&at, 0}, 1, [] { return false; }));
  calls = 0;
  EXPECT_TRUE(wait_until(FakeClock{&at, 50}, 100, [&] { return ++calls == 85; }));
}

TEST(Delay, LastsAtLeastItsTime) {
  std::uint64_t at = 0;
  delay(FakeClock{&at, 50}, 100);
  EXPECT_GE(at, 1000u);
  EXPECT_LE(at, 1150u);
}

TEST(Delay, EndsWhenItsClockStandsStill) {
  std::uint64_t at = 7;
  delay(FakeClock{&at, 0}, 100);
  EXPECT_EQ(at, 7u);
}

// ACPI 6.5, 4.8.3.3: 3.579545 MHz.
TEST(PmTimer, TicksAreThoseOfTheSpecification) {
  EXPECT_EQ(PmTimer::ticks(1'000'000), 3'579'545u);
  EXPECT_EQ(PmTimer::ticks(200), 715u);
}

}  // namespace
}  // namespace unpark::guest
