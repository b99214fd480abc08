// SPDX-License-Identifier: Apache-2.0
// Two vCPUs and the host's timer at the chip at once: no wake-up is lost, whoever speaks last.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "devices/rtc.h"

namespace unpark::test {
namespace {

using namespace std::chrono_literals;

class AtomicClock final : public Clock {
 public:
  [[nodiscard]] Nanoseconds now() const override { return Nanoseconds{now_.load()}; }
  void advance(Nanoseconds by) { now_ += by.count(); }

 private:
  std::atomic<Nanoseconds::rep> now_{0};
};

constexpr Nanoseconds::rep kNone = -1;

struct RaceTest : testing::Test {
  AtomicClock clock;
  std::atomic<Nanoseconds::rep> timer{kNone};
  std::atomic<int> inside{0}, overlaps{0};
  Rtc rtc{clock,
          IrqLine{},
          [] { return UtcTime{.seconds = 1'700'000'040}; },
          {},
          [this](std::optional<Nanoseconds> deadline) {
            if (inside++ != 0) ++overlaps;
            timer = deadline ? deadline->count() : kNone;
            --inside;
          }};

  // As a word over both ports: another vCPU cannot come between index and data.
  void out(std::uint64_t reg, std::uint64_t value) {
    EXPECT_TRUE(rtc.write({.offset = 0, .width = 2}, value << 8 | reg));
  }
};

TEST_F(RaceTest, TheLastDeadlineToldIsTheOneThatHolds) {
  constexpr int kRounds = 300;
  int wrong = 0;
  for (int round = 0; round < kRounds; ++round) {
    const auto toggle = [&](std::uint64_t enable) {
      for (int i = 0; i < 20; ++i) {
        out(0x0b, enable);
        (void)rtc.read({.offset = 0, .width = 2});
        out(0x0b, 0x02);
      }
      out(0x0b, 0x12);
    };
    std::thread one([&] { toggle(0x12); });
    std::thread two([&] { toggle(0x42); });
    std::thread host([&] {
      for (int i = 0; i < 20; ++i) {
        clock.advance(1ms);
        rtc.on_deadline();
      }
    });
    one.join();
    two.join();
    host.join();
    out(0x0b, 0x02);
    if (timer != kNone) ++wrong;
    ASSERT_TRUE(rtc.write({.offset = 0}, 0x0c));
    (void)rtc.read({.offset = 1});
    out(0x0b, 0x12);
    const Nanoseconds next = clock.now() - clock.now() % 1s + 1s;
    if (timer != next.count()) ++wrong;
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(overlaps, 0);
}

// The quiet end of each round above could hide a wake-up that was lost in the middle. Here nobody
// comes to the chip after the race.
TEST_F(RaceTest, WithoutAnotherAccessTheDeadlineIsRightAfterTheRace) {
  constexpr int kRounds = 2000;
  int wrong = 0;
  for (int round = 0; round < kRounds; ++round) {
    out(0x0b, 0x02);
    std::thread one([&] { out(0x01, 0xff), out(0x0b, 0x12); });
    std::thread two([&] { out(0x03, 0xff), out(0x0b, 0x12); });
    one.join();
    two.join();
    if (timer != Nanoseconds{1s}.count()) ++wrong;
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(overlaps, 0);
}

TEST(RtcWakeUp, MayCallOnDeadlineFromTheCallback) {
  AtomicClock clock;
  Rtc* self = nullptr;
  int calls = 0;
  Rtc rtc{clock,
          IrqLine{},
          [] { return UtcTime{}; },
          {},
          [&](std::optional<Nanoseconds> deadline) {
            ++calls;
            if (!deadline) return;
            clock.advance(*deadline - clock.now());
            self->on_deadline();
          }};
  self = &rtc;

  ASSERT_TRUE(rtc.write({.offset = 0, .width = 2}, 0x120b));

  EXPECT_EQ(clock.now(), 1s);
  EXPECT_EQ(calls, 2);  // the second: nothing more
  ASSERT_TRUE(rtc.write({.offset = 0}, 0x0c));
  EXPECT_EQ(*rtc.read({.offset = 1}) & 0x90, 0x90u);
}

}  // namespace
}  // namespace unpark::test
