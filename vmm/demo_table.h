// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "vmm/demo_run.h"
#include "vmm/terminal.h"

namespace unpark::demo {

// A run for people: the order, the steps, the checks. `columns`: width of the terminal.
std::string table_of(const Run& run, const Paint& paint, int columns);

// "123.4 us", "1.234 ms", "2.100 s".
std::string duration(Nanoseconds t);

}  // namespace unpark::demo
