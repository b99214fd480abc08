// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "devices/clock.h"

namespace unpark::measure {

// An SMI from outside as the embedded guest told it, its time moved to CLOCK_MONOTONIC.
struct HostSmi {
  std::optional<Nanoseconds> last_in;  // when the last CPU was in SMM; nothing: one did not come
};

// Reads the lines of a guest with the word bench-host (guest/README.md: CLOCK host-smis, host-smi).
// Its clock is moved as for hot-adds: hot_add_lines.h.
class HostSmiLines {
 public:
  // An SMI when `line` tells of one. `mhz`: of the guest's TSC; 0: not known yet.
  std::optional<HostSmi> take(std::string_view line, Nanoseconds arrived, std::uint64_t mhz);
  // The guest waits for SMIs, or has done so.
  [[nodiscard]] bool waiting() const { return waiting_; }

 private:
  Nanoseconds last_empty_{};
  bool waiting_ = false;
};

}  // namespace unpark::measure
