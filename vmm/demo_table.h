// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "vmm/demo_run.h"
#include "vmm/terminal.h"

namespace unpark::demo {

// A run for people: the order, the steps, the checks. `columns`: width of the terminal.
std::string table_of(const Run& run, const Paint& paint, int columns);

// What a step means that nobody saw: that it did not come, or that nobody can see it with this
// guest.
enum class Unseen { kFailed, kInvisible };
std::string steps_table(const HotplugRecord& record, Unseen unseen, const Paint& paint,
                        int columns);
std::string checks_list(const std::vector<Check>& checks, const Paint& paint);

// "123.4 us", "1.234 ms", "2.100 s".
std::string duration(Nanoseconds t);

}  // namespace unpark::demo
