// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "bench/report.h"
#include "vmm/terminal.h"

namespace unpark::bench {

// A report for a terminal of `columns` (64 at least, whatever is asked): the warnings, then for
// each bench and peer median and 99th percentile, the ratio with its interval, and the targets. No
// line is longer; strings of the report cannot steer the terminal.
std::string table_of(const Report& report, const Paint& paint, int columns);

}  // namespace unpark::bench
