// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "vmm/demo_ovmf.h"
#include "vmm/terminal.h"

namespace unpark::demo {

// For people: the machine, the orders, the steps of the add, the removal, the checks.
std::string table_of(const OvmfRun& run, const Paint& paint, int columns);
// For a machine to read; docs/command-line.md lists the members.
std::string json_of(const OvmfRun& run);

}  // namespace unpark::demo
