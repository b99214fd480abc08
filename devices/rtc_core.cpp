// SPDX-License-Identifier: Apache-2.0
#include "devices/rtc_core.h"

#include <algorithm>
#include <utility>

namespace unpark {
namespace {

namespace s = spec::rtc;

constexpr std::uint64_t kHz = s::kCrystalHz, kSecond = 1'000'000'000;

// A wake-up more often than 1024 times a second (what Windows uses) is not asked for.
constexpr std::uint64_t kLeastWakeTicks = kHz / 1024;

// Seconds and remainder apart: ns * kHz would wrap after 156 hours.
std::uint64_t ticks_of(Nanoseconds t) {
  const auto ns = static_cast<std::uint64_t>(std::max(t, Nanoseconds{0}).count());
  return ns / kSecond * kHz + ns % kSecond * kHz / kSecond;
}

// The first nanosecond at which ticks_of() is `ticks`.
Nanoseconds time_of(std::uint64_t ticks) {
  const std::uint64_t ns = ticks / kHz * kSecond + (ticks % kHz * kSecond + kHz - 1) / kHz;
  return Nanoseconds{static_cast<Nanoseconds::rep>(ns)};
}

}  // namespace

RtcCore::RtcCore(const CmosBytes& contents, UtcTime utc, Nanoseconds now)
    : cmos_(contents), origin_(now - Nanoseconds{utc.nanoseconds}) {
  cmos_[s::kA] = s::a::kInitial;
  cmos_[s::kB] = s::b::kInitial;
  ticks_ = ticks_of(now - origin_);
  rtc_set_time(cmos_, format(), utc);
  reset(now);
}

std::uint8_t RtcCore::read(std::uint8_t at, Nanoseconds now) {
  advance(now);
  switch (at) {
    case s::kA:
      return s::a::UpdateInProgress::with(cmos_[s::kA], update_in_progress());
    case s::kC:
      return read_flags();
    case s::kD:
      return s::d::ValidRamAndTime::kMask;
    default:
      return cmos_[at % s::kCmosSize];
  }
}

void RtcCore::write(std::uint8_t at, std::uint8_t value, Nanoseconds now) {
  advance(now);
  switch (at) {
    case s::kA:
      write_a(value, now);
      break;
    case s::kB:
      // MC146818A, UIE: "the SET bit going high clears the UIE bit".
      cmos_[s::kB] = s::b::Set::get(value) ? s::b::UpdateEnable::with(value, false) : value;
      break;
    case s::kC:
    case s::kD:
      break;  // read-only
    default:
      cmos_[at % s::kCmosSize] = value;
  }
}

void RtcCore::advance(Nanoseconds now) {
  if (held()) return;
  const std::uint64_t ticks = std::max(ticks_, ticks_of(now - origin_));
  const std::uint64_t before = std::exchange(ticks_, ticks);
  std::uint8_t& flags = cmos_[s::kC];
  if (const std::uint64_t period = period_ticks(); period != 0 && ticks / period > before / period)
    flags = s::c::Periodic::with(flags, true);

  const std::uint64_t updates = ticks / kHz - before / kHz;
  if (updates == 0 || set()) return;
  const auto alarm = rtc_seconds_to_alarm(cmos_, format());
  if (alarm && *alarm <= updates) flags = s::c::Alarm::with(flags, true);
  flags = s::c::UpdateEnded::with(flags, true);
  rtc_add_seconds(cmos_, format(), updates);
}

void RtcCore::reset(Nanoseconds now) {
  advance(now);
  cmos_[s::kB] = static_cast<std::uint8_t>(cmos_[s::kB] & ~s::b::kClearedByReset);
  cmos_[s::kC] = 0;
  // Ours, not the chip's: no guest may resume from a sleep that never was.
  cmos_[s::kShutdownStatus] = 0;
}

bool RtcCore::interrupt() const {
  return (cmos_[s::kB] & cmos_[s::kC] & s::c::kFlags) != 0;
}

std::optional<Nanoseconds> RtcCore::deadline() const {
  if (held() || interrupt()) return std::nullopt;
  std::optional<std::uint64_t> first;
  const auto at = [&](std::uint64_t ticks) { first = std::min(first.value_or(ticks), ticks); };
  const std::uint8_t b = cmos_[s::kB];
  if (s::b::PeriodicEnable::get(b) && period_ticks() != 0) {
    const std::uint64_t step = std::max(period_ticks(), kLeastWakeTicks);
    at((ticks_ / step + 1) * step);
  }
  const std::uint64_t second = ticks_ / kHz;
  if (s::b::UpdateEnable::get(b)) at((second + 1) * kHz);  // never together with SET
  if (s::b::AlarmEnable::get(b) && !set())
    if (const auto alarm = rtc_seconds_to_alarm(cmos_, format())) at((second + *alarm) * kHz);
  if (!first) return std::nullopt;
  return origin_ + time_of(*first);
}

bool RtcCore::held() const {
  return s::a::Divider::get(cmos_[s::kA]) != s::a::kDividerNormal;
}

bool RtcCore::update_in_progress() const {
  return !held() && !set() && ticks_ % kHz >= kHz - s::kUpdateInProgressTicks;
}

std::uint64_t RtcCore::period_ticks() const {
  const unsigned rate = s::a::RateSelect::get(cmos_[s::kA]);
  if (rate == 0) return 0;
  // MC146818A, table 5: with this crystal 1 and 2 are 256 and 128 Hz, as 8 and 9 are.
  return std::uint64_t{1} << ((rate <= 2 ? rate + 7 : rate) - 1);
}

std::uint8_t RtcCore::read_flags() {
  const bool request = interrupt();
  return s::c::InterruptRequest::with(std::exchange(cmos_[s::kC], std::uint8_t{0}), request);
}

void RtcCore::write_a(std::uint8_t value, Nanoseconds now) {
  const bool was_held = held();
  cmos_[s::kA] = value & s::a::kWritable;
  if (!was_held || held()) return;
  // MC146818A, divider control: the first update comes half a second after the reset is removed.
  ticks_ = kHz / 2;
  origin_ = now - time_of(ticks_);
}

}  // namespace unpark
