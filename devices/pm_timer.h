// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "devices/clock.h"
#include "devices/pm_spec.h"

namespace unpark {

// ACPI 6.5, 4.8.3.3: a free-running counter at 3.579545 MHz, 24 bits here (FADT flag TMR_VAL_EXT
// clear). A function of guest time, so that it runs in SMM as everywhere else.
constexpr std::uint32_t pm_timer_ticks(Nanoseconds t) {
  constexpr std::uint64_t kHz = spec::pm::kPmTimerHz, kSecond = 1'000'000'000;
  const auto ns = static_cast<std::uint64_t>(t.count());
  // Seconds and remainder apart: ns * kHz would wrap after 86 minutes.
  const std::uint64_t ticks = ns / kSecond * kHz + ns % kSecond * kHz / kSecond;
  return static_cast<std::uint32_t>(ticks & spec::pm::kPmTimerMask);
}

}  // namespace unpark
