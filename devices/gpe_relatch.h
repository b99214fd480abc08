// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>

namespace unpark {

// Which status bits are latched again when the OS enables them.
//
// An event that comes before the OS is up would be lost: the OS clears every status bit when it
// takes over, and only then enables the ones it has handlers for. So a bit whose events are still
// unconsumed is latched again at the 0 -> 1 write of its enable bit. The same write ends every run
// of an OS's GPE handler, and a handler that cannot consume the event (the firmware never claims
// the CPU) would be called for ever: after kLimit times in a row without an event that is raised or
// consumed the bit stays down.
class GpeRelatch {
 public:
  static constexpr std::uint8_t kLimit = 16;

  void progress(unsigned bit, bool unconsumed) {
    const std::uint64_t mask = std::uint64_t{1} << bit;
    unconsumed_ = unconsumed ? unconsumed_ | mask : unconsumed_ & ~mask;
    spent_[bit] = 0;
  }
  // A new event leaves open whether older ones wait.
  void progress(unsigned bit) { spent_[bit] = 0; }

  // `enabled`: bits whose enable bit went from 0 to 1. Returns the status bits to set.
  std::uint64_t relatch(std::uint64_t enabled) {
    std::uint64_t due = 0;
    for (unsigned bit = 0; (enabled & unconsumed_) != 0 && bit < spent_.size(); ++bit) {
      const std::uint64_t mask = std::uint64_t{1} << bit;
      if ((enabled & unconsumed_ & mask) == 0 || spent_[bit] == kLimit) continue;
      ++spent_[bit];
      due |= mask;
    }
    return due;
  }

 private:
  std::uint64_t unconsumed_ = 0;
  std::array<std::uint8_t, 64> spent_{};
};

}  // namespace unpark
