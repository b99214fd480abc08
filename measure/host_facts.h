// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "bench/report.h"

namespace unpark::measure {

inline constexpr double kNoisyPercent = 2;

// The host that figures come from. What cannot be found out is "unknown". Takes a quarter of a
// second, for the TSC and the noise. Folders are those of proc and sysfs.
bench::Host host_facts(const std::string& proc = "/proc", const std::string& sys = "/sys");

}  // namespace unpark::measure
