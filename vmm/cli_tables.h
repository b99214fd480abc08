// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

namespace unpark::cli {

// Writes the ACPI tables of a machine with these CPUs into `directory` and lists the files.
int tables(const std::string& cpus, const std::string& directory);

}  // namespace unpark::cli
