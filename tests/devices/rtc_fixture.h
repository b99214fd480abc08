// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "devices/rtc.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/recording_wire.h"

namespace unpark::test {

// A clock chip at 2023-11-14 22:14:00 UTC, a Tuesday, at the start of that second; 512 MiB of RAM.
struct RtcFixture {
  void index(std::uint8_t value) { EXPECT_TRUE(rtc.write({.offset = 0}, value)); }
  std::uint64_t in(std::uint8_t reg) {
    index(reg);
    return rtc.read({.offset = 1}).value_or(std::uint64_t{0xdead});
  }
  void out(std::uint8_t reg, std::uint8_t value) {
    index(reg);
    EXPECT_TRUE(rtc.write({.offset = 1}, value));
  }
  // What a host's one-shot timer does: time passes, and on_deadline() is called when it was asked
  // for. How often it was.
  int run(Nanoseconds time) {
    int calls = 0;
    const Nanoseconds end = clock.now() + time;
    while (deadline && *deadline <= end) {
      clock.advance(*deadline - clock.now());
      deadline.reset();
      ++calls;
      rtc.on_deadline();
      if (on_interrupt && irq.level()) on_interrupt();
    }
    clock.advance(end - clock.now());
    return calls;
  }

  FakeClock clock;
  RecordingWire irq;
  std::optional<Nanoseconds> deadline;
  int asked = 0;                       // how often the host was told a deadline
  std::function<void()> on_interrupt;  // what the guest does about one
  Rtc rtc{clock,
          irq.line(),
          [] { return UtcTime{.seconds = 1'700'000'040}; },
          {.low = 512u << 20},
          [this](std::optional<Nanoseconds> d) {
            deadline = d;
            ++asked;
          }};
};

}  // namespace unpark::test
