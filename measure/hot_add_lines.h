// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices/clock.h"

namespace unpark::measure {

// A hot-add as the embedded guest told it, its times moved to CLOCK_MONOTONIC.
struct HotAdd {
  std::uint32_t cpu = 0;
  std::map<std::string, Nanoseconds> steps;  // "07b": when it was taken
  bool failed = false;                       // the guest found something wrong
};

// Puts the lines of hot-adds together (guest/README.md: CLOCK sync, STEP, DONE). The guest takes
// its TSC and ends an empty line; what it says next, "CLOCK sync", tells that TSC: the arrival of
// the empty line is the same moment in both clocks, but for the way from the guest's port write to
// this process, which makes all times of this hot-add late by as much, on every machine alike.
class HotAddLines {
 public:
  // `mhz`: of the guest's TSC, not 0.
  explicit HotAddLines(std::uint64_t mhz) : mhz_(mhz) {}
  // A hot-add when `line` is its DONE.
  std::optional<HotAdd> take(std::string_view line, Nanoseconds arrived);

 private:
  void sync(std::string_view rest);
  void step(std::string_view rest);

  static constexpr std::size_t kMostSteps = 32;
  std::uint64_t mhz_;
  Nanoseconds last_empty_{};
  std::optional<Nanoseconds> first_step_;
  HotAdd open_;
};

}  // namespace unpark::measure
