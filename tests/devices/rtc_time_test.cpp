// SPDX-License-Identifier: Apache-2.0
// How the clock counts on its own bytes: 0 seconds, 2 minutes, 4 hours, 6 weekday, 7 day, 8 month,
// 9 year, 32h century; 1, 3, 5 alarm (MC146818A).
#include "devices/rtc_time.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace unpark::test {
namespace {

constexpr RtcFormat kBcd24{.binary = false, .hours24 = true};
constexpr RtcFormat kBcd12{.binary = false, .hours24 = false};
constexpr RtcFormat kBinary24{.binary = true, .hours24 = true};
constexpr RtcFormat kBinary12{.binary = true, .hours24 = false};

// Century, year, month, day, hours, minutes, seconds; as bytes.
using Time = std::array<int, 7>;
constexpr std::array<std::size_t, 7> kPlaces{0x32, 9, 8, 7, 4, 2, 0};

Time time_of(const CmosBytes& cmos) {
  Time t{};
  for (std::size_t i = 0; i < t.size(); ++i) t[i] = cmos[kPlaces[i]];
  return t;
}

CmosBytes at(const Time& t) {
  CmosBytes cmos{};
  for (std::size_t i = 0; i < t.size(); ++i) cmos[kPlaces[i]] = static_cast<std::uint8_t>(t[i]);
  cmos[6] = 1;
  return cmos;
}

Time set_to(std::int64_t utc, RtcFormat format) {
  CmosBytes cmos{};
  rtc_set_time(cmos, format, {.seconds = utc});
  return time_of(cmos);
}

struct AddCase {
  const char* why;
  Time before;
  std::uint64_t seconds;
  Time after;
};

class RtcAdd : public testing::TestWithParam<AddCase> {};

TEST_P(RtcAdd, CountsAsTheCalendarDoes) {
  CmosBytes cmos = at(GetParam().before);
  rtc_add_seconds(cmos, kBcd24, GetParam().seconds);
  EXPECT_EQ(time_of(cmos), GetParam().after) << GetParam().why;
}

// clang-format off
INSTANTIATE_TEST_SUITE_P(Bcd24, RtcAdd, testing::Values(
    AddCase{"nothing touches nothing, not even nonsense",
            {0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 0,
            {0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}},
    AddCase{"BCD carries at ten",
            {0x20, 0x26, 1, 1, 0, 0, 0x09}, 1, {0x20, 0x26, 1, 1, 0, 0, 0x10}},
    AddCase{"year 2000 is not 1900",
            {0x19, 0x99, 0x12, 0x31, 0x23, 0x59, 0x59}, 1, {0x20, 0x00, 1, 1, 0, 0, 0}},
    AddCase{"2024 is a leap year",
            {0x20, 0x24, 2, 0x28, 0x23, 0x59, 0x59}, 1, {0x20, 0x24, 2, 0x29, 0, 0, 0}},
    AddCase{"and its day ends too",
            {0x20, 0x24, 2, 0x29, 0x23, 0x59, 0x59}, 1, {0x20, 0x24, 3, 1, 0, 0, 0}},
    AddCase{"2023 is none",
            {0x20, 0x23, 2, 0x28, 0x23, 0x59, 0x59}, 1, {0x20, 0x23, 3, 1, 0, 0, 0}},
    AddCase{"2000 is one: divisible by 400",
            {0x20, 0x00, 2, 0x28, 0x23, 0x59, 0x59}, 1, {0x20, 0x00, 2, 0x29, 0, 0, 0}},
    AddCase{"2100 is none: divisible by 100",
            {0x21, 0x00, 2, 0x28, 0x23, 0x59, 0x59}, 1, {0x21, 0x00, 3, 1, 0, 0, 0}},
    AddCase{"two days at once",
            {0x20, 0x26, 0x04, 0x29, 0x12, 0x34, 0x56}, 2 * 86400 + 3661,
            {0x20, 0x26, 0x05, 0x01, 0x13, 0x35, 0x57}},
    AddCase{"four centuries are 146097 days",
            {0x20, 0x26, 0x11, 0x24, 1, 2, 3}, 146097ull * 86400,
            {0x24, 0x26, 0x11, 0x24, 1, 2, 3}},
    AddCase{"after 9999 comes 0000",
            {0x99, 0x99, 0x12, 0x31, 0x23, 0x59, 0x59}, 1, {0, 0, 1, 1, 0, 0, 0}},
    AddCase{"what no carry reaches stays, however wrong",
            {0xee, 0xff, 0x13, 0x32, 0x24, 0x60, 0x05}, 1,
            {0xee, 0xff, 0x13, 0x32, 0x24, 0x60, 0x06}},
    AddCase{"what a carry reaches counts from the least",
            {0xaa, 0xff, 0x00, 0x00, 0x77, 0x6a, 0xff}, 86400 + 3600 + 60 + 1,
            {0x00, 0x00, 0x01, 0x02, 0x01, 0x01, 0x01}},
    AddCase{"30 February ends February",
            {0x20, 0x23, 2, 0x30, 0x23, 0x59, 0x59}, 1, {0x20, 0x23, 3, 1, 0, 0, 0}},
    AddCase{"all that 63 bits of nanoseconds hold",
            {0x99, 0x99, 0x12, 0x31, 0, 0, 0}, 9'223'372'036ull,
            {0x02, 0x92, 0x04, 0x09, 0x23, 0x47, 0x16}}));
// clang-format on

TEST(RtcTime, SetsTheTimeInAllFourFormats) {
  constexpr std::int64_t kAfternoon = 1'772'374'496;  // 2026-03-01 14:14:56 UTC, a Sunday
  EXPECT_EQ(set_to(kAfternoon, kBcd24), (Time{0x20, 0x26, 0x03, 0x01, 0x14, 0x14, 0x56}));
  EXPECT_EQ(set_to(kAfternoon, kBcd12), (Time{0x20, 0x26, 0x03, 0x01, 0x82, 0x14, 0x56}));
  EXPECT_EQ(set_to(kAfternoon, kBinary24), (Time{20, 26, 3, 1, 14, 14, 56}));
  EXPECT_EQ(set_to(kAfternoon, kBinary12), (Time{20, 26, 3, 1, 0x82, 14, 56}));
}

TEST(RtcTime, SetsTheEpochAndTheSecondBeforeIt) {
  EXPECT_EQ(set_to(0, kBcd24), (Time{0x19, 0x70, 1, 1, 0, 0, 0}));
  EXPECT_EQ(set_to(-1, kBcd24), (Time{0x19, 0x69, 0x12, 0x31, 0x23, 0x59, 0x59}));
}

TEST(RtcTime, SundayIsDayOneAndSaturdaySeven) {
  CmosBytes cmos{};
  rtc_set_time(cmos, kBcd24, {.seconds = 1'772'374'496});
  EXPECT_EQ(cmos[6], 1);
  rtc_add_seconds(cmos, kBcd24, 6 * 86400);
  EXPECT_EQ(cmos[6], 7);
  rtc_add_seconds(cmos, kBcd24, 86400);
  EXPECT_EQ(cmos[6], 1);
}

TEST(RtcTime, TwelveHourClockGoesThroughTheDayWithoutZero) {
  CmosBytes cmos = at({20, 26, 1, 1, 12, 0, 0});
  std::string seen;
  for (int hour = 0; hour < 24; ++hour) {
    seen += testing::PrintToString(static_cast<int>(cmos[4])) + " ";
    rtc_add_seconds(cmos, kBinary12, 3600);
  }
  EXPECT_EQ(seen, "12 1 2 3 4 5 6 7 8 9 10 11 140 129 130 131 132 133 134 135 136 137 138 139 ");
  EXPECT_EQ(cmos[4], 12);
  EXPECT_EQ(cmos[7], 2);
}

// ---- alarm

struct AlarmCase {
  const char* why;
  RtcFormat format;
  std::array<int, 3> now, alarm;  // hours, minutes, seconds
  int seconds;                    // 0: never
};

class RtcAlarm : public testing::TestWithParam<AlarmCase> {};

TEST_P(RtcAlarm, IsSoFarAhead) {
  const AlarmCase& c = GetParam();
  CmosBytes cmos{};
  constexpr std::array<std::size_t, 3> kNow{4, 2, 0}, kAlarm{5, 3, 1};
  for (std::size_t i = 0; i < 3; ++i) {
    cmos[kNow[i]] = static_cast<std::uint8_t>(c.now[i]);
    cmos[kAlarm[i]] = static_cast<std::uint8_t>(c.alarm[i]);
  }
  EXPECT_EQ(rtc_seconds_to_alarm(cmos, c.format).value_or(0), static_cast<unsigned>(c.seconds))
      << c.why;
}

// clang-format off
INSTANTIATE_TEST_SUITE_P(All, RtcAlarm, testing::Values(
    AlarmCase{"a second", kBcd24, {0x12, 0x34, 0x56}, {0x12, 0x34, 0x57}, 1},
    AlarmCase{"now is tomorrow", kBcd24, {0x12, 0x34, 0x56}, {0x12, 0x34, 0x56}, 86400},
    AlarmCase{"over midnight", kBcd24, {0x23, 0x59, 0x58}, {0x00, 0x00, 0x00}, 2},
    AlarmCase{"just missed", kBcd24, {0x12, 0x34, 0x56}, {0x12, 0x34, 0x55}, 86399},
    AlarmCase{"every second", kBcd24, {0x12, 0x34, 0x56}, {0xc0, 0xff, 0xd5}, 1},
    AlarmCase{"every minute", kBcd24, {0x12, 0x34, 0x56}, {0xff, 0xff, 0x10}, 14},
    AlarmCase{"every hour", kBcd24, {0x12, 0x34, 0x56}, {0xff, 0x30, 0x00}, 55 * 60 + 4},
    AlarmCase{"each second of an hour", kBcd24, {0x12, 0x34, 0x56}, {0x14, 0xff, 0xff},
              3600 + 25 * 60 + 4},
    AlarmCase{"bfh is no don't-care", kBcd24, {0x12, 0x34, 0x56}, {0xff, 0xff, 0xbf}, 0},
    AlarmCase{"not BCD", kBcd24, {0x12, 0x34, 0x56}, {0xff, 0x0a, 0xff}, 0},
    AlarmCase{"no such hour", kBcd24, {0x12, 0x34, 0x56}, {0x24, 0xff, 0xff}, 0},
    AlarmCase{"binary", kBinary24, {12, 34, 56}, {13, 34, 56}, 3600},
    AlarmCase{"12 am to 12 pm", kBcd12, {0x12, 0, 0}, {0x92, 0, 0}, 12 * 3600},
    AlarmCase{"11 pm to 1 am", kBcd12, {0x91, 0, 0}, {0x01, 0, 0}, 2 * 3600},
    AlarmCase{"no hour 0 of 12", kBcd12, {0x12, 0, 0}, {0x80, 0, 0}, 0},
    AlarmCase{"a time that is none is midnight", kBcd24, {0xff, 0xff, 0xff}, {0, 0, 3}, 3}));
// clang-format on

}  // namespace
}  // namespace unpark::test
