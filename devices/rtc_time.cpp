// SPDX-License-Identifier: Apache-2.0
#include "devices/rtc_time.h"

#include <algorithm>
#include <chrono>

namespace unpark {
namespace {

namespace s = spec::rtc;

struct Limits {
  unsigned low, high;
};
constexpr Limits kSixty{0, 59}, kHour24{0, 23}, kHour12{1, 12};
constexpr Limits kWeekday{1, 7}, kDay{1, 31}, kMonths{1, 12}, kHundred{0, 99};

std::optional<unsigned> number(RtcFormat format, std::uint8_t byte, Limits limits) {
  const unsigned tens = byte >> 4, ones = byte & 0x0f;
  if (!format.binary && (tens > 9 || ones > 9)) return std::nullopt;
  const unsigned n = format.binary ? byte : tens * 10 + ones;
  if (n < limits.low || n > limits.high) return std::nullopt;
  return n;
}

unsigned number_or_least(RtcFormat format, std::uint8_t byte, Limits limits) {
  return number(format, byte, limits).value_or(limits.low);
}

std::uint8_t byte_of(RtcFormat format, unsigned n) {
  return static_cast<std::uint8_t>(format.binary ? n : n / 10 << 4 | n % 10);
}

// 0-23.
std::optional<unsigned> hour(RtcFormat format, std::uint8_t byte) {
  if (format.hours24) return number(format, byte, kHour24);
  const auto h = number(format, s::hours::Hour::get(byte), kHour12);
  if (!h) return std::nullopt;
  return *h % 12 + (s::hours::Pm::get(byte) ? 12 : 0);
}

std::uint8_t hour_byte(RtcFormat format, unsigned h) {
  if (format.hours24) return byte_of(format, h);
  return s::hours::Pm::with(byte_of(format, (h + 11) % 12 + 1), h >= 12);
}

void set_date(CmosBytes& cmos, RtcFormat format, std::chrono::sys_days date) {
  const std::chrono::year_month_day ymd{date};
  const auto year =
      static_cast<unsigned>((static_cast<int>(ymd.year()) % 10'000 + 10'000) % 10'000);
  cmos[s::kDayOfMonth] = byte_of(format, static_cast<unsigned>(ymd.day()));
  cmos[s::kMonth] = byte_of(format, static_cast<unsigned>(ymd.month()));
  cmos[s::kYear] = byte_of(format, year % 100);
  cmos[s::kCentury] = byte_of(format, year / 100);
}

void add_days(CmosBytes& cmos, RtcFormat format, std::uint64_t days) {
  // A counter of its own, which need not fit the date.
  const unsigned weekday = number_or_least(format, cmos[s::kDayOfWeek], kWeekday);
  cmos[s::kDayOfWeek] = byte_of(format, static_cast<unsigned>((weekday - 1 + days) % 7 + 1));

  const std::chrono::year year{
      static_cast<int>(number_or_least(format, cmos[s::kCentury], kHundred) * 100 +
                       number_or_least(format, cmos[s::kYear], kHundred))};
  const std::chrono::month month{number_or_least(format, cmos[s::kMonth], kMonths)};
  const std::chrono::day last = (year / month / std::chrono::last).day();
  const std::chrono::day day{number_or_least(format, cmos[s::kDayOfMonth], kDay)};
  const std::chrono::sys_days date{year / month / std::min(day, last)};
  set_date(cmos, format, date + std::chrono::days{days});
}

// What an alarm byte asks for: a number, or anything.
struct Wanted {
  std::optional<unsigned> number;
  [[nodiscard]] bool matches(unsigned n) const { return !number || *number == n; }
};

// Nothing: can never match.
std::optional<Wanted> wanted(std::uint8_t byte, std::optional<unsigned> number) {
  if (byte >= s::kAlarmDontCare) return Wanted{};
  if (!number) return std::nullopt;
  return Wanted{number};
}

}  // namespace

void rtc_set_time(CmosBytes& cmos, RtcFormat format, UtcTime now) {
  const std::chrono::sys_seconds time{std::chrono::seconds{now.seconds}};
  const auto date = std::chrono::floor<std::chrono::days>(time);
  const auto second = static_cast<unsigned>((time - date).count());
  cmos[s::kSeconds] = byte_of(format, second % 60);
  cmos[s::kMinutes] = byte_of(format, second / 60 % 60);
  cmos[s::kHours] = hour_byte(format, second / 3600);
  cmos[s::kDayOfWeek] = byte_of(format, std::chrono::weekday{date}.c_encoding() + 1);
  set_date(cmos, format, date);
}

void rtc_add_seconds(CmosBytes& cmos, RtcFormat format, std::uint64_t seconds) {
  std::uint64_t carry = seconds;
  for (const std::uint8_t at : {s::kSeconds, s::kMinutes}) {
    if (carry == 0) return;
    const std::uint64_t sum = number_or_least(format, cmos[at], kSixty) + carry;
    cmos[at] = byte_of(format, static_cast<unsigned>(sum % 60));
    carry = sum / 60;
  }
  if (carry == 0) return;
  const std::uint64_t hours = hour(format, cmos[s::kHours]).value_or(0) + carry;
  cmos[s::kHours] = hour_byte(format, static_cast<unsigned>(hours % 24));
  if (hours >= 24) add_days(cmos, format, hours / 24);
}

std::optional<std::uint32_t> rtc_seconds_to_alarm(const CmosBytes& cmos, RtcFormat format) {
  const auto sixty = [&](std::uint8_t byte) { return wanted(byte, number(format, byte, kSixty)); };
  const auto want_second = sixty(cmos[s::kSecondsAlarm]);
  const auto want_minute = sixty(cmos[s::kMinutesAlarm]);
  const auto want_hour = wanted(cmos[s::kHoursAlarm], hour(format, cmos[s::kHoursAlarm]));
  if (!want_second || !want_minute || !want_hour) return std::nullopt;

  const unsigned now = hour(format, cmos[s::kHours]).value_or(0) * 3600 +
                       number_or_least(format, cmos[s::kMinutes], kSixty) * 60 +
                       number_or_least(format, cmos[s::kSeconds], kSixty);
  // By whole hours, then minutes, then seconds: at most some 150 rounds, since each of the three
  // does come.
  for (std::uint32_t ahead = 1;;) {
    const unsigned then = now + ahead;
    if (!want_hour->matches(then / 3600 % 24))
      ahead += 3600 - then % 3600;
    else if (!want_minute->matches(then / 60 % 60))
      ahead += 60 - then % 60;
    else if (!want_second->matches(then % 60))
      ++ahead;
    else
      return ahead;
  }
}

}  // namespace unpark
