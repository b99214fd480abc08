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

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace unpark
