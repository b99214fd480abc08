// SPDX-License-Identifier: Apache-2.0
#include "vmm/rate_limit.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"

namespace unpark {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct RateLimitTest : testing::Test {
  test::FakeClock clock;
  RateLimit limit{clock, 3, 2};  // three at once, then two a second

  int admitted(int tries) {
    int n = 0;
    for (int i = 0; i < tries; ++i) n += limit.admit() >= 0 ? 1 : 0;
    return n;
  }
};

TEST_F(RateLimitTest, LetsTheBurstThroughAndHoldsTheRestBack) {
  EXPECT_EQ(admitted(3), 3);
  EXPECT_EQ(admitted(100), 0);
}

TEST_F(RateLimitTest, HoldsNothingBackBeforeTheLimit) {
  EXPECT_EQ(limit.admit(), 0);
  EXPECT_EQ(limit.admit(), 0);
  EXPECT_EQ(limit.admit(), 0);
  EXPECT_EQ(limit.admit(), -1);
}

TEST_F(RateLimitTest, EarnsSoManyASecond) {
  (void)admitted(3);
  clock.advance(milliseconds{499});
  EXPECT_EQ(admitted(1), 0);
  clock.advance(milliseconds{2});
  EXPECT_EQ(admitted(5), 1);
  clock.advance(seconds{1});
  EXPECT_EQ(admitted(5), 2);
}

TEST_F(RateLimitTest, NeverEarnsMoreThanTheBurst) {
  clock.advance(hours{24 * 365});
  EXPECT_EQ(admitted(100), 3);
}

TEST_F(RateLimitTest, SaysOnceHowManyWereHeldBack) {
  (void)admitted(3);
  for (int i = 0; i < 40; ++i) EXPECT_EQ(limit.admit(), -1);
  clock.advance(seconds{1});
  EXPECT_EQ(limit.admit(), 40);
  EXPECT_EQ(limit.admit(), 0);
}

// A caller that asks often must not lose what it earns between two questions.
TEST_F(RateLimitTest, EarnsWhileItIsAskedAllTheTime) {
  (void)admitted(3);
  int n = 0;
  for (int i = 0; i < 10'000; ++i) {
    clock.advance(milliseconds{1});
    n += admitted(1);
  }
  EXPECT_GE(n, 19);
  EXPECT_LE(n, 20);
}

}  // namespace
}  // namespace unpark
