// SPDX-License-Identifier: Apache-2.0
#include "tests/acpi/iasl.h"

#include <sstream>
#include <stdexcept>

#include "tests/acpi/program.h"
#include "tests/acpi/temporary_folder.h"

namespace unpark::acpi_test {
namespace {

constexpr std::size_t kHeaderSize = 36;

std::string complaints_in(const std::string& output) {
  std::string found;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("0 Errors, 0 Warnings, 0 Remarks") != std::string::npos) continue;
    for (const char* word : {"rror", "arning", "emark", "not contain", "Could not", "nvalid"}) {
      if (line.find(word) == std::string::npos) continue;
      found += line + '\n';
      break;
    }
  }
  return found;
}

}  // namespace

IaslResult iasl_compile(std::string_view source) {
  const TemporaryFolder folder;
  write_file(folder.path() / "table.dsl", source);
  const ProgramResult run = run_program({"iasl", "-on", "table.dsl"}, folder.path());
  IaslResult result{run.status, run.output, complaints_in(run.output), {}, {}};
  if (run.status == 0) result.aml = read_bytes(folder.path() / "table.aml");
  return result;
}

IaslResult iasl_disassemble(const Bytes& table) {
  const TemporaryFolder folder;
  write_file(folder.path() / "table.aml", table);
  const ProgramResult run = run_program({"iasl", "-d", "table.aml"}, folder.path());
  IaslResult result{run.status, run.output, complaints_in(run.output), {}, {}};
  if (run.status == 0 && std::filesystem::exists(folder.path() / "table.dsl")) {
    result.asl = read_text(folder.path() / "table.dsl");
  }
  return result;
}

Bytes iasl_bytes(std::string_view terms) {
  const IaslResult result =
      iasl_compile("DefinitionBlock (\"\", \"DSDT\", 2, \"UNPARK\", \"TEST\", 1) {\n" +
                   std::string{terms} + "\n}\n");
  if (result.status != 0 || result.aml.size() < kHeaderSize) {
    throw std::runtime_error("iasl refused:\n" + std::string{terms.substr(0, 2000)} + "\n" +
                             result.output.substr(0, 4000));
  }
  return Bytes(result.aml.begin() + kHeaderSize, result.aml.end());
}

}  // namespace unpark::acpi_test
