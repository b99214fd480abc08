// SPDX-License-Identifier: Apache-2.0
// Flags, the interrupt line, and the wake-ups that the chip asks of its host. Register B: PIE 40h,
// AIE 20h, UIE 10h, 24/12 02h. C: IRQF 80h, PF 40h, AF 20h, UF 10h.
#include <array>
#include <chrono>

#include "tests/devices/rtc_fixture.h"

namespace unpark::test {
namespace {

using namespace std::chrono_literals;
using Edges = std::vector<bool>;

struct RtcInterrupt : RtcFixture, testing::Test {
  // At hours, minutes, seconds, in BCD.
  void set_alarm(std::uint8_t hours, std::uint8_t minutes, std::uint8_t seconds) {
    out(5, hours);
    out(3, minutes);
    out(1, seconds);
  }
};

TEST_F(RtcInterrupt, FreshChipAsksForNothing) {
  EXPECT_EQ(run(24h), 0);
  EXPECT_EQ(asked, 0);
  EXPECT_TRUE(irq.edges.empty());
}

TEST_F(RtcInterrupt, FlagsAreSetWithoutTheirEnablesAndMakeNoInterrupt) {
  set_alarm(0xff, 0xff, 0xff);
  EXPECT_EQ(in(0x0c), 0x00u);
  clock.advance(1s);
  EXPECT_EQ(in(0x0c), 0x70u);
  EXPECT_EQ(in(0x0c), 0x00u);
  EXPECT_TRUE(irq.edges.empty());
  EXPECT_EQ(asked, 0);
}

TEST_F(RtcInterrupt, UpdateEndedRaisesTheLineAtTheSecondUntilCIsRead) {
  clock.advance(300ms);
  out(0x0b, 0x12);
  EXPECT_EQ(deadline, 1s);
  EXPECT_EQ(run(699ms), 0);
  EXPECT_EQ(run(1ms), 1);
  EXPECT_EQ(irq.edges, Edges{true});
  EXPECT_EQ(in(0x0c) & 0x9f, 0x90u);
  EXPECT_EQ(irq.edges, (Edges{true, false}));
  EXPECT_EQ(deadline, 2s);
}

TEST_F(RtcInterrupt, EnablingASetFlagInterruptsAtOnceAndDisablingItEndsThat) {
  clock.advance(1s);
  out(0x0b, 0x12);
  EXPECT_TRUE(irq.level());
  EXPECT_EQ(deadline, std::nullopt);
  out(0x0b, 0x02);
  EXPECT_FALSE(irq.level());
}

TEST_F(RtcInterrupt, AlarmComesAtItsTimeAndAgainTheNextDay) {
  set_alarm(0x22, 0x15, 0x30);
  out(0x0b, 0x22);
  EXPECT_EQ(deadline, 90s);
  EXPECT_EQ(run(90s), 1);
  EXPECT_EQ(in(0x0c) & 0xa0, 0xa0u);
  EXPECT_EQ(deadline, 24h + 90s);
}

TEST_F(RtcInterrupt, AlarmThatPassedWhileNobodyLookedIsSeen) {
  set_alarm(0x22, 0x15, 0x30);
  clock.advance(89s);
  EXPECT_EQ(in(0x0c) & 0x20, 0x00u);
  clock.advance(1000h);
  EXPECT_EQ(in(0x0c) & 0x20, 0x20u);
}

TEST_F(RtcInterrupt, EachChangeOfTheAlarmMovesTheDeadline) {
  set_alarm(0xff, 0xff, 0x10);
  out(0x0b, 0x22);
  EXPECT_EQ(deadline, 10s);
  out(1, 0x20);
  EXPECT_EQ(deadline, 20s);
  out(1, 0x61);  // no such second
  EXPECT_EQ(deadline, std::nullopt);
  out(1, 0xc0);
  EXPECT_EQ(deadline, 1s);
  out(0, 0x59);
  out(1, 0x00);
  out(3, 0x15);
  EXPECT_EQ(deadline, 1s);  // 22:14:59 to 22:15:00
  out(0x0b, 0x02);
  EXPECT_EQ(deadline, std::nullopt);
}

TEST_F(RtcInterrupt, SetClearsTheUpdateEnableAndSilencesTheAlarm) {
  set_alarm(0xff, 0xff, 0xff);
  out(0x0b, 0xb2);
  EXPECT_EQ(in(0x0b), 0xa2u);
  EXPECT_EQ(run(10s), 0);
  EXPECT_EQ(in(0x0c) & 0x30, 0x00u);
  out(0x0b, 0x22);
  EXPECT_EQ(deadline, 11s);
}

TEST_F(RtcInterrupt, DividerResetSilencesEverything) {
  set_alarm(0xff, 0xff, 0xff);
  out(0x0b, 0x72);
  out(0x0a, 0x76);
  EXPECT_EQ(deadline, std::nullopt);
  clock.advance(10s);
  EXPECT_EQ(in(0x0c), 0x00u);
}

struct Rate {
  std::uint8_t select;
  Nanoseconds period;  // 0: none
};

TEST_F(RtcInterrupt, PeriodicFlagFollowsTheRatesOfTheDataSheet) {
  constexpr std::array<Rate, 16> kRates{{{0, 0ns},
                                         {1, 3906250ns},
                                         {2, 7812500ns},
                                         {3, 122071ns},
                                         {4, 244141ns},
                                         {5, 488282ns},
                                         {6, 976563ns},
                                         {7, 1953125ns},
                                         {8, 3906250ns},
                                         {9, 7812500ns},
                                         {10, 15625us},
                                         {11, 31250us},
                                         {12, 62500us},
                                         {13, 125ms},
                                         {14, 250ms},
                                         {15, 500ms}}};
  for (const auto& [select, period] : kRates) {
    out(0x0a, static_cast<std::uint8_t>(0x20 | select));
    clock.advance(1s - clock.now() % 1s);
    (void)in(0x0c);
    clock.advance(period == 0ns ? 10ms : period - 1us);
    EXPECT_EQ(in(0x0c) & 0x40, 0x00u) << int{select};
    clock.advance(1us);
    EXPECT_EQ(in(0x0c) & 0x40, period == 0ns ? 0x00u : 0x40u) << int{select};
  }
}

TEST_F(RtcInterrupt, AGuestThatAnswersGetsEachTickOf1024Hz) {
  int taken = 0;
  on_interrupt = [&] { taken += in(0x0c) >= 0xc0 ? 1 : 0; };
  out(0x0b, 0x42);
  EXPECT_EQ(run(10s), 10240);
  EXPECT_EQ(taken, 10240);
}

TEST_F(RtcInterrupt, TheFastestRateWakesTheHostNoMoreThan1024TimesASecond) {
  on_interrupt = [&] { (void)in(0x0c); };
  out(0x0a, 0x23);
  out(0x0b, 0x42);
  EXPECT_EQ(run(10s), 10240);
}

TEST_F(RtcInterrupt, AGuestThatDoesNotAnswerCostsOneWakeUp) {
  set_alarm(0xff, 0xff, 0xff);
  out(0x0a, 0x23);
  out(0x0b, 0x72);
  EXPECT_EQ(run(1000s), 1);
  EXPECT_EQ(irq.edges, Edges{true});
  EXPECT_EQ(in(0x0c), 0xf0u);
}

TEST_F(RtcInterrupt, TheEarliestOfTheThreeIsAskedFor) {
  set_alarm(0xff, 0xff, 0x02);
  out(0x0a, 0x2f);
  out(0x0b, 0x22);
  EXPECT_EQ(deadline, 2s);
  out(0x0b, 0x32);
  EXPECT_EQ(deadline, 1s);
  out(0x0b, 0x72);
  EXPECT_EQ(deadline, 500ms);
}

TEST_F(RtcInterrupt, TheSameDeadlineIsToldOnce) {
  out(0x0b, 0x12);
  EXPECT_EQ(asked, 1);
  out(0x0b, 0x12);
  for (const std::uint8_t reg : std::to_array<std::uint8_t>({0, 2, 4, 0x0a, 0x0b, 0x0c}))
    (void)in(reg);
  EXPECT_EQ(asked, 1);
}

TEST_F(RtcInterrupt, AWakeUpThatCameTooEarlyIsAskedForAgain) {
  out(0x0b, 0x12);
  clock.advance(1s - 1ns);
  deadline.reset();
  rtc.on_deadline();
  EXPECT_FALSE(irq.level());
  EXPECT_EQ(deadline, 1s);
}

TEST_F(RtcInterrupt, ALateWakeUpIsOneInterrupt) {
  out(0x0b, 0x12);
  clock.advance(10s);
  rtc.on_deadline();
  EXPECT_EQ(irq.edges, Edges{true});
  EXPECT_EQ(in(0x0c) & 0x90, 0x90u);
  EXPECT_EQ(irq.edges, (Edges{true, false}));
  EXPECT_EQ(deadline, 11s);
}

TEST_F(RtcInterrupt, ResetDropsTheLineTheFlagsAndTheDeadline) {
  out(0x0b, 0x12);
  EXPECT_EQ(run(1s), 1);
  EXPECT_TRUE(irq.level());
  rtc.reset();
  EXPECT_FALSE(irq.level());
  EXPECT_EQ(in(0x0c), 0x00u);

  out(0x0b, 0x12);
  EXPECT_EQ(deadline, 2s);
  rtc.reset();
  EXPECT_EQ(deadline, std::nullopt);
}

TEST(RtcInterruptLine, FallsWhenTheChipDies) {
  FakeClock clock;
  RecordingWire irq;
  {
    Rtc rtc{clock, irq.line(), [] { return UtcTime{}; }, {}, nullptr};
    clock.advance(1s);
    ASSERT_TRUE(rtc.write({.offset = 0, .width = 2}, 0x120b));
    EXPECT_TRUE(irq.level());
  }
  EXPECT_FALSE(irq.level());
}

}  // namespace
}  // namespace unpark::test
