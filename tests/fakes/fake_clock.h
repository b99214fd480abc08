// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "devices/clock.h"

namespace unpark::test {

// Guest time that moves when told to.
class FakeClock final : public Clock {
 public:
  [[nodiscard]] Nanoseconds now() const override { return now_; }
  void advance(Nanoseconds by) { now_ += by; }

 private:
  Nanoseconds now_{0};
};

}  // namespace unpark::test
