// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "devices/rtc_spec.h"

namespace unpark {

using CmosBytes = std::array<std::uint8_t, spec::rtc::kCmosSize>;

// Since 1970-01-01 00:00:00 UTC.
struct UtcTime {
  std::int64_t seconds = 0;
  std::uint32_t nanoseconds = 0;
};

// How the time and alarm bytes are written; both bits are register B's.
struct RtcFormat {
  bool binary = false;  // else BCD
  bool hours24 = true;

  static constexpr RtcFormat of(std::uint8_t register_b) {
    return {.binary = spec::rtc::b::Binary::get(register_b),
            .hours24 = spec::rtc::b::Hours24::get(register_b)};
  }
};

// The time is what its registers hold, as on the chip: these work on the bytes. A byte that is no
// number of its kind (a guest may write anything) counts as the smallest of its kind.

// Every time byte and the century.
void rtc_set_time(CmosBytes& cmos, RtcFormat format, UtcTime now);

// `seconds` update cycles at once. As on the chip, a byte that no carry reaches is not touched.
// Gregorian leap years, by the century byte; after 9999 comes 0000.
void rtc_add_seconds(CmosBytes& cmos, RtcFormat format, std::uint64_t seconds);

// Update cycles until the alarm matches, 1-86400. Nothing: an alarm byte is neither a number of its
// kind nor "don't care".
std::optional<std::uint32_t> rtc_seconds_to_alarm(const CmosBytes& cmos, RtcFormat format);

}  // namespace unpark
