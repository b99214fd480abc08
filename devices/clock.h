// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>

namespace unpark {

using Nanoseconds = std::chrono::nanoseconds;

// Guest time: stops while the machine is paused, and in a test moves when told to. now() may be
// called on any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Nanoseconds now() const = 0;
};

}  // namespace unpark
