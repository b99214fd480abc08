// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>

#include "devices/clock.h"
#include "devices/rtc_time.h"

namespace unpark {

// What the real-time clock does: no lock, no wire, no timer. See Rtc for the status block.
//
// `now` never goes back. Nothing happens between calls: each first does what the time since the
// last one has brought, however much that is, in bounded work.
class RtcCore {
 public:
  RtcCore(const CmosBytes& contents, UtcTime utc, Nanoseconds now);

  // `at` 0-127.
  std::uint8_t read(std::uint8_t at, Nanoseconds now);
  void write(std::uint8_t at, std::uint8_t value, Nanoseconds now);
  void advance(Nanoseconds now);
  void reset(Nanoseconds now);

  // Level of IRQ#, active high.
  [[nodiscard]] bool interrupt() const;
  // When interrupt() will rise by itself: advance() is due then. Nothing while it is high: whoever
  // wants the next one has to read register C first.
  [[nodiscard]] std::optional<Nanoseconds> deadline() const;

 private:
  [[nodiscard]] RtcFormat format() const { return RtcFormat::of(cmos_[spec::rtc::kB]); }
  [[nodiscard]] bool set() const { return spec::rtc::b::Set::get(cmos_[spec::rtc::kB]); }
  // The divider chain stands still.
  [[nodiscard]] bool held() const;
  [[nodiscard]] bool update_in_progress() const;
  // Of the periodic interrupt; 0: none.
  [[nodiscard]] std::uint64_t period_ticks() const;
  std::uint8_t read_flags();
  void write_a(std::uint8_t value, Nanoseconds now);

  // Registers A (without UIP), B and C (without IRQF) are in their places; D's is unused.
  CmosBytes cmos_;
  // The divider chain in periods of the crystal: it counts from origin_ and was seen at ticks_.
  // The time moves on at each full second of it.
  Nanoseconds origin_;
  std::uint64_t ticks_ = 0;
};

}  // namespace unpark
