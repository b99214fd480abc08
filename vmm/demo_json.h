// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "vmm/demo_run.h"

namespace unpark::demo {

// All runs as one JSON object; docs/command-line.md has its members.
std::string json_of(const std::vector<Run>& runs);

// Parts of it.
nlohmann::ordered_json json_of_steps(const HotplugRecord& record);  // an array
nlohmann::ordered_json json_of_checks(const std::vector<Check>& checks);
// The line of a client or a server as an object; as it stands if it is none.
nlohmann::ordered_json json_of_line(const std::string& line);

}  // namespace unpark::demo
