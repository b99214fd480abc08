// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace unpark::acpi_test {

struct ProgramResult {
  int status;          // exit status; 127 if the program is not installed; -1 if a signal ended it
  std::string output;  // standard output and error, as they came
};

// Runs a program that is found in PATH, in `folder`, with nothing on its standard input, and waits
// for its end.
ProgramResult run_program(const std::vector<std::string>& command,
                          const std::filesystem::path& folder);

}  // namespace unpark::acpi_test
