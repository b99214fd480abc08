// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstdint>

#include "devices/clock.h"
#include "devices/sync.h"

namespace unpark {

// Lets `burst` through, then `per_second`; counts the rest. For log lines that a guest can cause.
class RateLimit {
 public:
  RateLimit(const Clock& clock, std::uint32_t burst, std::uint32_t per_second)
      : clock_(clock), burst_(burst), per_second_(per_second), tokens_(burst) {}

  // How many were held back since the last one that was let through; -1: hold this one back.
  std::int64_t admit() {
    Lock lock(m_);
    const Nanoseconds now = clock_.now();
    const double earned = std::chrono::duration<double>(now - last_).count() * per_second_;
    tokens_ = std::min<double>(burst_, tokens_ + earned);
    last_ = now;
    if (tokens_ < 1) {
      ++held_back_;
      return -1;
    }
    tokens_ -= 1;
    const std::int64_t n = held_back_;
    held_back_ = 0;
    return n;
  }

 private:
  const Clock& clock_;
  const std::uint32_t burst_, per_second_;
  Mutex m_;
  double tokens_ TSA(guarded_by(m_));
  Nanoseconds last_ TSA(guarded_by(m_)){0};
  std::int64_t held_back_ TSA(guarded_by(m_)) = 0;
};

}  // namespace unpark
