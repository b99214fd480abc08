// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "guest/chips/cpu.h"
#include "guest/chips/timeout.h"
#include "guest/smm/smm_config.h"

// SMM's clock: the TSC, whose rate the firmware has measured. An OS can move the PM block by
// PMBASE, switch it off by ACPI_CNTL, or leave any address in 0xCF8; it can set its CPU's TSC, but
// not while that CPU is in SMM, and only differences on one CPU count here. And no reading leaves
// the guest.
namespace unpark::guest::smm {

struct Tsc {
  static constexpr std::uint64_t kMask = ~std::uint64_t{0};
  static constexpr std::uint64_t kTurnsPerRead = 1024;
  std::uint64_t per_us;

  static std::uint64_t now() { return read_tsc(); }
  [[nodiscard]] constexpr std::uint64_t ticks(std::uint64_t microseconds) const {
    return microseconds * per_us;
  }
};

inline Tsc smm_clock() {
  return Tsc{config.tsc_per_us};
}
template <class Done>
bool wait_until(std::uint64_t microseconds, Done done) {
  return guest::wait_until(smm_clock(), microseconds, done);
}
inline void delay_microseconds(std::uint64_t microseconds) {
  delay(smm_clock(), microseconds);
}

}  // namespace unpark::guest::smm
