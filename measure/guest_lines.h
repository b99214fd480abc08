// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bench/statistics.h"

namespace unpark::measure {

// One series that the guest has measured (guest/os/bench_samples.h).
struct Series {
  std::string name, state;
  bench::Samples samples;
  std::uint64_t lost = 0;  // the guest's own, and those that did not arrive
};

// Reads what the embedded guest says on its serial line. A guest that goes wrong says anything: no
// line of it can do more than be counted, and no more is kept than the guest's own limits allow.
class GuestLines {
 public:
  static constexpr std::size_t kMostSeries = 64;
  static constexpr std::size_t kMostSamples = 16384;

  void take(std::string_view line);

  // Those that were told to their end.
  [[nodiscard]] const std::vector<Series>& series() const { return series_; }
  [[nodiscard]] bool ready() const { return ready_; }
  // The guest has begun again from its reset vector; what it says after that is not taken.
  [[nodiscard]] bool restarted() const { return restarted_; }
  // FAIL lines, the first eight of them.
  [[nodiscard]] const std::vector<std::string>& failures() const { return failures_; }
  // Lines that should have been samples and are not.
  [[nodiscard]] std::uint64_t malformed() const { return malformed_; }
  // The widest bounds of the other CPUs' TSCs against the boot CPU's, in cycles.
  struct TscOffset {
    std::int64_t low = 0, high = 0;
    bool known = false;
  };
  [[nodiscard]] TscOffset tsc_offset() const { return tsc_offset_; }

 private:
  bool take_samples(std::string_view rest);
  bool take_end(std::string_view rest);
  bool take_clock(std::string_view rest);

  std::vector<Series> series_;
  std::map<std::string, bench::Samples> open_;  // by name and state
  std::vector<std::string> failures_;
  std::uint64_t malformed_ = 0;
  TscOffset tsc_offset_;
  bool ready_ = false, restarted_ = false, has_begun_ = false;
};

}  // namespace unpark::measure
