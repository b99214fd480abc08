// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "vmm/demo_run.h"

namespace unpark::demo {

// All runs as one JSON object; docs/command-line.md has its members.
std::string json_of(const std::vector<Run>& runs);

}  // namespace unpark::demo
