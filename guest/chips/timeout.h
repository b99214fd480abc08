// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "guest/chips/cpu.h"

namespace unpark::guest {

// No turn of a waiting loop is shorter than a nanosecond: so many turns end a wait whose clock
// stands still. Later than the clock would have, but they do.
inline constexpr std::uint64_t kMostTurnsPerUs = 1000;
// More than this between two readings means that the host had this CPU stand still, and perhaps
// whom it waits for: the rest of the gap does not count.
inline constexpr std::uint64_t kLongestGapUs = 10'000;

// A bounded wait: `while (!done()) if (timeout.expired()) return false;`. A clock has
//   kMask, the values it takes; kTurnsPerRead, how often reading it is worth the time;
//   now(); ticks(microseconds)
template <class Clock>
class Timeout {
 public:
  Timeout(const Clock& clock, std::uint64_t microseconds)
      : clock_(clock),
        left_(clock.ticks(microseconds)),
        turns_left_(microseconds * kMostTurnsPerUs) {}

  bool expired() {
    pause();
    if (turns_left_ == 0 || left_ == 0) return true;
    if (--turns_left_ % Clock::kTurnsPerRead == 0) read();
    return left_ == 0;
  }

 private:
  void read() {
    const std::uint64_t now = clock_.now();
    const std::uint64_t longest = clock_.ticks(kLongestGapUs);
    std::uint64_t passed = started_ ? (now - last_) & Clock::kMask : 0;
    if (passed > longest) passed = longest;
    started_ = true;
    last_ = now;
    left_ = passed >= left_ ? 0 : left_ - passed;
  }

  Clock clock_;
  std::uint64_t left_;
  std::uint64_t turns_left_;
  std::uint64_t last_ = 0;
  bool started_ = false;
};

// True when `done` came true in time.
template <class Clock, class Done>
bool wait_until(const Clock& clock, std::uint64_t microseconds, Done done) {
  Timeout<Clock> timeout(clock, microseconds);
  while (!done())
    if (timeout.expired()) return done();
  return true;
}

// Reads the clock on every turn.
template <class Clock>
void delay(const Clock& clock, std::uint64_t microseconds) {
  const std::uint64_t ticks = clock.ticks(microseconds) + 1;
  std::uint64_t passed = 0;
  std::uint64_t last = clock.now();
  for (std::uint64_t turns = microseconds * kMostTurnsPerUs; passed < ticks && turns != 0;
       --turns) {
    pause();
    const std::uint64_t now = clock.now();
    passed += (now - last) & Clock::kMask;
    last = now;
  }
}

}  // namespace unpark::guest
