// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "bench/compare.h"
#include "vmm/terminal.h"

namespace unpark::bench {

// A comparison for a terminal of `columns` (64 at least, whatever is asked).
std::string table_of(const CompareResult& result, const CompareOptions& how, const Paint& paint,
                     int columns);

// As one JSON object on one line; docs/bench-report.md has its members.
std::string json_of(const CompareResult& result, const CompareOptions& how);

}  // namespace unpark::bench
