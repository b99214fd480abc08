// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "devices/pm_spec.h"
#include "guest/chips/cpu.h"

namespace unpark::guest {

inline std::uint32_t read_pm_timer() {
  return in32(spec::pm::kBase + spec::pm::kPmTimer) & spec::pm::kPmTimerMask;
}

constexpr std::uint64_t pm_ticks(std::uint64_t microseconds) {
  return microseconds * spec::pm::kPmTimerHz / 1'000'000;
}

// A bounded wait: `while (!done()) if (timeout.expired()) return false;`. Reading the timer costs
// an exit to the VMM, so most turns only pause. 24 bits wrap after 4.7 s: differences are summed
// up.
class Timeout {
 public:
  explicit Timeout(std::uint64_t microseconds) : left_(pm_ticks(microseconds)) {}

  bool expired() {
    pause();
    if (++turns_ % kTurnsPerRead != 0) return false;
    const std::uint32_t now = read_pm_timer();
    const std::uint32_t passed = started_ ? (now - last_) & spec::pm::kPmTimerMask : 0;
    started_ = true;
    last_ = now;
    left_ = passed >= left_ ? 0 : left_ - passed;
    return left_ == 0;
  }

 private:
  static constexpr std::uint32_t kTurnsPerRead = 8192;  // well below a millisecond
  std::uint64_t left_;
  std::uint32_t turns_ = 0;
  std::uint32_t last_ = 0;
  bool started_ = false;
};

// True when `done` came true in time.
template <class Done>
bool wait_until(std::uint64_t microseconds, Done done) {
  Timeout timeout(microseconds);
  while (!done())
    if (timeout.expired()) return done();
  return true;
}

inline void delay_microseconds(std::uint32_t microseconds) {
  const std::uint64_t ticks = pm_ticks(microseconds) + 1;
  std::uint64_t passed = 0;
  std::uint32_t last = read_pm_timer();
  while (passed < ticks) {
    pause();
    const std::uint32_t now = read_pm_timer();
    passed += (now - last) & spec::pm::kPmTimerMask;
    last = now;
  }
}

}  // namespace unpark::guest
