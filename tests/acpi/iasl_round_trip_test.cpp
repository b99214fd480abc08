// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "acpi/table_set.h"
#include "tests/acpi/iasl.h"

// Every table, taken apart and compiled again by iasl, without a word of complaint.
namespace unpark::acpi {
namespace {

struct Machine {
  const char* name;
  AcpiConfig config;
};

class EveryTable : public testing::TestWithParam<Machine> {};

std::string signature(const Bytes& table) {
  return {table.begin(), table.begin() + 4};
}

// What iasl cannot give back: it stamps its own name on what it compiles (bytes 28 to 35), which
// changes the checksum; and version 20200925 knows the online capable flag of local APICs (type
// 0), but drops that of local x2APICs (type 9) without a word.
Bytes without_what_iasl_changes(Bytes table) {
  if (signature(table) == "FACS") return table;
  table[9] = 0;
  for (std::size_t i = 28; i < 36; ++i) table[i] = 0;
  if (signature(table) != "APIC") return table;
  for (std::size_t at = 44; at < table.size(); at += table.at(at + 1)) {
    if (table[at] == 9) table[at + 8] &= 0x01;
  }
  return table;
}

TEST_P(EveryTable, SurvivesIaslByteForByte) {
  const TableSet set = build_tables(GetParam().config, 0x7ff00000);
  ASSERT_EQ(set.placed.size(), 6u);
  for (const PlacedTable& place : set.placed) {
    SCOPED_TRACE(std::string{place.name});
    const auto span = set.bytes_of(place);
    const Bytes table(span.begin(), span.end());

    const acpi_test::IaslResult apart = acpi_test::iasl_disassemble(table);
    EXPECT_EQ(apart.status, 0) << apart.output;
    EXPECT_EQ(apart.complaints, "");
    ASSERT_NE(apart.asl, "") << apart.output;

    const acpi_test::IaslResult again = acpi_test::iasl_compile(apart.asl);
    EXPECT_EQ(again.status, 0) << again.output.substr(0, 2000);
    EXPECT_EQ(again.complaints, "");
    EXPECT_THAT(again.output, testing::HasSubstr("0 Errors, 0 Warnings, 0 Remarks"));
    ASSERT_EQ(again.aml.size(), table.size());
    EXPECT_TRUE(without_what_iasl_changes(again.aml) == without_what_iasl_changes(table));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Of, EveryTable,
    testing::Values(Machine{"OneCpuWithoutHotplug", {}},
                    Machine{"OneOfFour", {.possible_cpus = 4, .smi_features = 0x7}},
                    Machine{"InsertOnly", {.possible_cpus = 4, .smi_features = 0x3}},
                    Machine{"TwoOf255",
                            {.possible_cpus = 255, .present = {true, true}, .smi_features = 0x7}},
                    Machine{"OneOf300", {.possible_cpus = 300, .smi_features = 0x100000007}},
                    Machine{"OneOf1024WithAHighWindow",
                            {.possible_cpus = 1024,
                             .smi_features = 0x7,
                             .mmio64 = AddressWindow{1ull << 38, 1ull << 36}}}),
    [](const auto& test) { return std::string{test.param.name}; });

// iasl takes no RSDP apart, but it compiles one from a data table source.
TEST(Rsdp, IsWhatIaslCompilesFromTheSameFields) {
  const acpi_test::IaslResult compiled = acpi_test::iasl_compile(
      "Signature : \"RSD PTR \"\n"
      "Checksum : 00\n"
      "Oem ID : \"UNPARK\"\n"
      "Revision : 02\n"
      "RSDT Address : 00000000\n"
      "Length : 00000024\n"
      "XSDT Address : 000000007FF01230\n"
      "Extended Checksum : 00\n"
      "Reserved : 000000\n");
  EXPECT_EQ(compiled.complaints, "");
  TableSet set = build_tables({}, 0x7ff00000);
  // The address differs; so must the checksums. Everything else is the same.
  Bytes ours = set.rsdp;
  Bytes theirs = compiled.aml;
  ASSERT_EQ(theirs.size(), ours.size());
  for (Bytes* bytes : {&ours, &theirs}) {
    (*bytes)[8] = (*bytes)[32] = 0;
    for (std::size_t i = 24; i < 32; ++i) (*bytes)[i] = 0;
  }
  EXPECT_EQ(ours, theirs);
}

}  // namespace
}  // namespace unpark::acpi
