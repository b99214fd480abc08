// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "acpi/bytes.h"

// ACPICA's compiler as the judge of our encodings.
namespace unpark::acpi_test {

struct IaslResult {
  int status;
  std::string output;
  // Every line of the output that tells of an error, a warning or a remark; empty is good.
  std::string complaints;
  Bytes aml;        // compiled
  std::string asl;  // disassembled
};

// ASL source, or the source of a data table. iasl is told not to shorten paths.
IaslResult iasl_compile(std::string_view source);
// A whole table.
IaslResult iasl_disassemble(const Bytes& table);

// The AML of `terms`, which stand in a DSDT of revision 2: what follows the header. Throws with
// iasl's output if it complains.
Bytes iasl_bytes(std::string_view terms);

}  // namespace unpark::acpi_test
