// SPDX-License-Identifier: Apache-2.0
// The chip at its two ports: index, CMOS memory, time that goes on, reset.
#include <array>
#include <chrono>

#include "tests/devices/rtc_fixture.h"

namespace unpark::test {
namespace {

using namespace std::chrono_literals;

struct RtcTest : RtcFixture, testing::Test {
  // Century, year, month, day, weekday, hours, minutes, seconds.
  std::array<std::uint64_t, 8> time() {
    return {in(0x32), in(9), in(8), in(7), in(6), in(4), in(2), in(0)};
  }
};
using Time = std::array<std::uint64_t, 8>;

TEST_F(RtcTest, IndexIsMaskedToSevenBitsAndReadBackWhole) {
  out(0x50, 0x5a);
  index(0xd0);
  EXPECT_EQ(*rtc.read({.offset = 1}), 0x5au);
  EXPECT_EQ(*rtc.read({.offset = 0}), 0xd0u);
}

TEST_F(RtcTest, EveryByteOfCmosMemoryIsItsOwn) {
  for (int i = 0x0e; i < 0x80; ++i)
    out(static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(~i & 0xff));
  for (int i = 0x0e; i < 0x80; ++i)
    EXPECT_EQ(in(static_cast<std::uint8_t>(i)), static_cast<std::uint64_t>(~i & 0xff)) << i;
}

TEST_F(RtcTest, AWordReachesIndexAndData) {
  ASSERT_TRUE(rtc.write({.offset = 0, .width = 2}, 0xa540));
  EXPECT_EQ(*rtc.read({.offset = 0, .width = 2}), 0xa540u);
  EXPECT_EQ(in(0x40), 0xa5u);
}

TEST_F(RtcTest, OtherAccessesAreRefused) {
  EXPECT_EQ(rtc.read({.offset = 1, .width = 2}).error(), IoFault::kUnaligned);
  EXPECT_EQ(rtc.read({.offset = 0, .width = 4}).error(), IoFault::kBadWidth);
  EXPECT_EQ(rtc.write({.offset = 0, .width = 8}, 0).error(), IoFault::kBadWidth);
  EXPECT_EQ(rtc.read({.offset = 2}).error(), IoFault::kBadOffset);
}

TEST_F(RtcTest, MemorySizeIsThere) {
  EXPECT_EQ(in(0x34), 0x00u);
  EXPECT_EQ(in(0x35), 0x1fu);
  EXPECT_EQ(in(0x0f), 0x00u);
}

TEST_F(RtcTest, StartsAtTheBaseInBcdAnd24HoursAndGoesOn) {
  EXPECT_EQ(in(0x0a), 0x26u);
  EXPECT_EQ(in(0x0b), 0x02u);
  EXPECT_EQ(time(), (Time{0x20, 0x23, 0x11, 0x14, 3, 0x22, 0x14, 0x00}));
  clock.advance(59s);
  EXPECT_EQ(time(), (Time{0x20, 0x23, 0x11, 0x14, 3, 0x22, 0x14, 0x59}));
  clock.advance(1h + 46min + 1s);
  EXPECT_EQ(time(), (Time{0x20, 0x23, 0x11, 0x15, 4, 0x00, 0x01, 0x00}));
}

TEST_F(RtcTest, TheFractionOfTheBaseSecondIsCounted) {
  Rtc late{clock, IrqLine{}, [] { return UtcTime{1'700'000'040, 750'000'000}; }, {}, nullptr};
  EXPECT_TRUE(late.write({.offset = 0}, 0));
  clock.advance(249ms);
  EXPECT_EQ(*late.read({.offset = 1}), 0u);
  clock.advance(1ms);
  EXPECT_EQ(*late.read({.offset = 1}), 1u);
}

TEST_F(RtcTest, WrittenTimeGoesOnFromWhatWasWritten) {
  out(0x0b, 0x82);
  const std::array<std::array<std::uint8_t, 2>, 8> kSet{
      {{0x32, 0x20}, {9, 0x24}, {8, 0x02}, {7, 0x28}, {6, 4}, {4, 0x23}, {2, 0x59}, {0, 0x59}}};
  for (const auto& [reg, value] : kSet) out(reg, value);
  out(0x0b, 0x02);
  clock.advance(1s);
  EXPECT_EQ(time(), (Time{0x20, 0x24, 0x02, 0x29, 5, 0, 0, 0}));
}

TEST_F(RtcTest, SetStopsUpdatesAndTheBytesAreMemory) {
  out(0x0b, 0x82);
  out(0, 0xfe);
  clock.advance(10s);
  EXPECT_EQ(in(0), 0xfeu);
  EXPECT_EQ(in(2), 0x14u);
  out(0, 0x30);
  out(0x0b, 0x02);
  EXPECT_EQ(in(0), 0x30u);
  clock.advance(1s);
  EXPECT_EQ(in(0), 0x31u);
}

TEST_F(RtcTest, DividerResetStopsTheClockAndItsEndStartsHalfASecondBeforeAnUpdate) {
  clock.advance(900ms);
  out(0x0a, 0x76);
  clock.advance(10s);
  EXPECT_EQ(in(0), 0x00u);
  EXPECT_EQ(in(0x0a), 0x76u);
  out(0x0a, 0x26);
  clock.advance(499ms);
  EXPECT_EQ(in(0), 0x00u);
  clock.advance(1ms);
  EXPECT_EQ(in(0), 0x01u);
}

TEST_F(RtcTest, WritingTheSameDividerAgainDoesNotMoveTheSecond) {
  clock.advance(900ms);
  out(0x0a, 0x26);
  clock.advance(100ms);
  EXPECT_EQ(in(0), 0x01u);
}

TEST_F(RtcTest, UipPrecedesTheUpdateByThe2228MicrosecondsOfTheDataSheet) {
  clock.advance(1s - 2300us);
  EXPECT_EQ(in(0x0a), 0x26u);
  clock.advance(100us);
  EXPECT_EQ(in(0x0a), 0xa6u);
  EXPECT_EQ(in(0), 0x00u);
  clock.advance(2200us - 1ns);
  EXPECT_EQ(in(0x0a), 0xa6u);
  EXPECT_EQ(in(0), 0x00u);
  clock.advance(1ns);
  EXPECT_EQ(in(0x0a), 0x26u);
  EXPECT_EQ(in(0), 0x01u);
}

TEST_F(RtcTest, NoUipWithoutUpdates) {
  clock.advance(1s - 1ms);
  out(0x0b, 0x82);
  EXPECT_EQ(in(0x0a), 0x26u);
  out(0x0b, 0x02);
  EXPECT_EQ(in(0x0a), 0xa6u);
  out(0x0a, 0x76);
  EXPECT_EQ(in(0x0a), 0x76u);
}

TEST_F(RtcTest, UipAndRegistersCAndDAreReadOnly) {
  out(0x0a, 0xa6);
  EXPECT_EQ(in(0x0a), 0x26u);
  out(0x0c, 0xff);
  EXPECT_EQ(in(0x0c), 0x00u);
  out(0x0d, 0x00);
  EXPECT_EQ(in(0x0d), 0x80u);
}

TEST_F(RtcTest, NonsenseInEveryByteIsCountedOutOf) {
  for (const std::uint8_t b : std::to_array<std::uint8_t>({0x02, 0x00, 0x06, 0x04})) {
    out(0x0b, b);
    for (const std::uint8_t reg : std::to_array<std::uint8_t>({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0x32}))
      out(reg, 0xbf);
    clock.advance(48h);
    (void)in(0);
    EXPECT_EQ(in(7), 0x03u) << int{b};  // the first, two days on
    EXPECT_EQ(in(8), 0x01u) << int{b};
    EXPECT_EQ(in(9), 0x00u) << int{b};
  }
}

TEST_F(RtcTest, ResetKeepsTimeFormatAndMemoryAndClearsTheShutdownStatus) {
  out(0x0b, 0x7e);
  for (int i = 0x0e; i < 0x80; ++i) out(static_cast<std::uint8_t>(i), 0x77);
  out(4, 11);
  out(0x0a, 0x2f);

  rtc.reset();

  EXPECT_EQ(*rtc.read({.offset = 0}), 0x80u);
  EXPECT_EQ(in(0x0a), 0x2fu);
  EXPECT_EQ(in(0x0b), 0x06u);
  EXPECT_EQ(in(0x0c), 0x00u);
  EXPECT_EQ(in(0x0f), 0x00u);
  EXPECT_EQ(in(4), 11u);
  for (const std::uint8_t i : std::to_array<std::uint8_t>({0x0e, 0x10, 0x2f, 0x34, 0x35, 0x7f}))
    EXPECT_EQ(in(i), 0x77u) << int{i};
}

TEST_F(RtcTest, TimeGoesOnOverAReset) {
  clock.advance(5s);
  rtc.reset();
  clock.advance(5s);
  EXPECT_EQ(in(0), 0x10u);
}

}  // namespace
}  // namespace unpark::test
