// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "devices/clock.h"

namespace unpark {

// Guest time: CLOCK_MONOTONIC since the machine was made.
class SteadyClock final : public Clock {
 public:
  [[nodiscard]] Nanoseconds now() const override {
    return std::chrono::steady_clock::now() - start_;
  }
  // Guest time at a moment that CLOCK_MONOTONIC of the host called `monotonic`.
  [[nodiscard]] Nanoseconds at(Nanoseconds monotonic) const {
    return monotonic - start_.time_since_epoch();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace unpark
