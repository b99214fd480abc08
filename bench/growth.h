// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "bench/report.h"

// How a bench grows with the machine.
namespace unpark::bench {

// Benches that differ in one thing only, in ascending order of it: two at least.
struct Growth {
  enum class Over { kCpus, kParked } over = Over::kCpus;
  std::vector<const Bench*> benches;
  [[nodiscard]] std::uint32_t at(const Bench& b) const {
    return over == Over::kCpus ? b.cpus : b.parked;
  }
};

// All there are in a report, in the order in which their first bench stands there.
std::vector<Growth> growths_of(const Report& report);

// "broadcast SMI, to the last CPU out, the others halted, 28 parked": what stays equal.
std::string title_of(const Growth& growth);

// The peers that appear in it, in order.
std::vector<std::string> peers_of(const Growth& growth);

// For each peer a line through the medians, and at each a stroke from the 10th to the 90th
// percentile. Empty if there is no sample above zero.
std::string growth_svg(const Growth& growth);

}  // namespace unpark::bench
