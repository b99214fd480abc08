// SPDX-License-Identifier: Apache-2.0
#include "acpi/madt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

// Entries of ACPI 6.5, 5.2.12, typed again: type, length, ...
namespace unpark::acpi {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;
using testing::SizeIs;

std::vector<Bytes> entries(const Bytes& table) {
  std::vector<Bytes> list;
  for (std::size_t at = 44; at < table.size(); at += table.at(at + 1)) {
    const auto first = table.begin() + static_cast<std::ptrdiff_t>(at);
    list.emplace_back(first, first + table.at(at + 1));
  }
  return list;
}

std::vector<Bytes> of_type(const Bytes& table, std::uint8_t type) {
  std::vector<Bytes> list;
  for (const Bytes& entry : entries(table)) {
    if (entry[0] == type) list.push_back(entry);
  }
  return list;
}

TEST(Madt, HasRevisionFiveForTheOnlineCapableFlag) {
  EXPECT_EQ(madt({})[8], 5);
}

TEST(Madt, PutsLocalApicsAtFee00000BesideAPairOf8259s) {
  const Bytes table = madt({});
  EXPECT_EQ(Bytes(table.begin() + 36, table.begin() + 44),
            (Bytes{0x00, 0x00, 0xe0, 0xfe, 1, 0, 0, 0}));
}

TEST(Madt, EnablesPresentCpusAndCallsAbsentOnesOnlineCapable) {
  const Bytes table = madt({.possible_cpus = 4, .present = {true, false, true}});
  EXPECT_THAT(of_type(table, 0), ElementsAre(Bytes{0, 8, 0, 0, 1, 0, 0, 0},    // present
                                             Bytes{0, 8, 1, 1, 2, 0, 0, 0},    // absent
                                             Bytes{0, 8, 2, 2, 1, 0, 0, 0},    // present
                                             Bytes{0, 8, 3, 3, 2, 0, 0, 0}));  // past the list
}

TEST(Madt, UsesX2ApicEntriesFromId255On) {
  const Bytes table = madt({.possible_cpus = 257, .present = std::vector<bool>(256, true)});
  EXPECT_THAT(of_type(table, 0), SizeIs(255));
  EXPECT_THAT(of_type(table, 9),
              ElementsAre(Bytes{9, 16, 0, 0, 255, 0, 0, 0, 1, 0, 0, 0, 255, 0, 0, 0},
                          Bytes{9, 16, 0, 0, 0, 1, 0, 0, 2, 0, 0, 0, 0, 1, 0, 0}));
}

TEST(Madt, WiresNmiToLint1OfEveryCpuInEveryKindOfEntry) {
  const Bytes narrow{4, 6, 0xff, 0, 0, 1};
  const Bytes wide{10, 12, 0, 0, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0};
  EXPECT_THAT(entries(madt({.possible_cpus = 255})), Contains(narrow));
  EXPECT_THAT(entries(madt({.possible_cpus = 255})), Not(Contains(wide)));
  EXPECT_THAT(entries(madt({.possible_cpus = 256})), Contains(narrow));
  EXPECT_THAT(entries(madt({.possible_cpus = 256})), Contains(wide));
}

TEST(Madt, HasTheIoApicAndTheTwoOverrides) {
  const Bytes table = madt({});
  EXPECT_THAT(of_type(table, 1), ElementsAre(Bytes{1, 12, 0, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0}));
  EXPECT_THAT(of_type(table, 2),
              ElementsAre(Bytes{2, 10, 0, 0, 2, 0, 0, 0, 0, 0},       // the PIT comes in on 2
                          Bytes{2, 10, 0, 9, 9, 0, 0, 0, 0x0d, 0}));  // SCI: level, active high
}

}  // namespace
}  // namespace unpark::acpi
