// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "devices/pm_spec.h"
#include "guest/chips/cpu.h"
#include "guest/chips/timeout.h"

// The clock of firmware and OS. SMM has another one (smm/smm_clock.h): an OS can switch this off.
namespace unpark::guest {

struct PmTimer {
  static constexpr std::uint64_t kMask = spec::pm::kPmTimerMask;
  // A reading is an exit to the VMM. Well below a millisecond; 24 bits wrap after 4.7 s.
  static constexpr std::uint64_t kTurnsPerRead = 8192;
  static std::uint64_t now() {
    return in32(spec::pm::kBase + spec::pm::kPmTimer) & spec::pm::kPmTimerMask;
  }
  static constexpr std::uint64_t ticks(std::uint64_t microseconds) {
    return microseconds * spec::pm::kPmTimerHz / 1'000'000;
  }
};

template <class Done>
bool wait_until(std::uint64_t microseconds, Done done) {
  return wait_until(PmTimer{}, microseconds, done);
}
inline void delay_microseconds(std::uint64_t microseconds) {
  delay(PmTimer{}, microseconds);
}

}  // namespace unpark::guest
