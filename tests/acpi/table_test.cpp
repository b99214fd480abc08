// SPDX-License-Identifier: Apache-2.0
#include "acpi/table.h"

#include <gtest/gtest.h>

#include <string>

#include "acpi/facs.h"
#include "acpi/mcfg.h"
#include "acpi/root_tables.h"

namespace unpark::acpi {
namespace {

unsigned sum(const Bytes& bytes, std::size_t first, std::size_t count) {
  unsigned total = 0;
  for (std::size_t i = first; i < first + count; ++i) total += bytes.at(i);
  return total & 0xff;
}

TEST(TableBuilder, FinishesWithLengthAndAChecksumThatMakesTheSumZero) {
  const Bytes table = TableBuilder("TEST", 7).append_bytes(Bytes{0x11, 0x22, 0x33}).finish();
  EXPECT_EQ(std::string(table.begin(), table.begin() + 4), "TEST");
  EXPECT_EQ(Bytes(table.begin() + 4, table.begin() + 9), (Bytes{39, 0, 0, 0, 7}));
  EXPECT_EQ(table.size(), 39u);
  EXPECT_EQ(sum(table, 0, 39), 0u);
  EXPECT_EQ(Bytes(table.end() - 3, table.end()), (Bytes{0x11, 0x22, 0x33}));
}

TEST(TableBuilder, NamesTheMachineAsItsMaker) {
  const Bytes table = TableBuilder("TEST", 1).finish();
  EXPECT_EQ(std::string(table.begin() + 10, table.begin() + 24), "UNPARKUNPKQ35 ");
  EXPECT_EQ(std::string(table.begin() + 28, table.begin() + 32), "UNPK");
}

TEST(ByteSum, CountsModulo256) {
  EXPECT_EQ(byte_sum(Bytes{0xff, 0x02}), 0x01);
  EXPECT_EQ(byte_sum(Bytes{}), 0x00);
}

TEST(Rsdp, HasRevisionTwoAndBothChecksums) {
  const Bytes rsdp_bytes = rsdp(0x0807060504030201);
  ASSERT_EQ(rsdp_bytes.size(), 36u);
  EXPECT_EQ(std::string(rsdp_bytes.begin(), rsdp_bytes.begin() + 8), "RSD PTR ");
  EXPECT_EQ(rsdp_bytes[15], 2);
  EXPECT_EQ(Bytes(rsdp_bytes.begin() + 16, rsdp_bytes.begin() + 24),
            (Bytes{0, 0, 0, 0, 36, 0, 0, 0}));  // no RSDT; length
  EXPECT_EQ(Bytes(rsdp_bytes.begin() + 24, rsdp_bytes.begin() + 32),
            (Bytes{1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(sum(rsdp_bytes, 0, 20), 0u);
  EXPECT_EQ(sum(rsdp_bytes, 0, 36), 0u);
}

TEST(Xsdt, ListsSixtyFourBitAddresses) {
  const Bytes table = xsdt({0x0807060504030201, 0x11});
  ASSERT_EQ(table.size(), 36u + 16u);
  EXPECT_EQ(std::string(table.begin(), table.begin() + 4), "XSDT");
  EXPECT_EQ(Bytes(table.begin() + 36, table.end()),
            (Bytes{1, 2, 3, 4, 5, 6, 7, 8, 0x11, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(sum(table, 0, table.size()), 0u);
}

TEST(Facs, IsSixtyFourBytesWithoutAHeader) {
  const Bytes table = facs();
  ASSERT_EQ(table.size(), 64u);
  EXPECT_EQ(std::string(table.begin(), table.begin() + 4), "FACS");
  EXPECT_EQ(table[4], 64);
  EXPECT_EQ(table[32], 2);  // version
}

TEST(Mcfg, DescribesAllBusesOfSegmentZero) {
  const Bytes table = mcfg();
  ASSERT_EQ(table.size(), 60u);
  EXPECT_EQ(Bytes(table.begin() + 44, table.end()),
            (Bytes{0, 0, 0, 0xb0, 0, 0, 0, 0,  // base
                   0, 0, 0, 255,               // segment, first and last bus
                   0, 0, 0, 0}));
  EXPECT_EQ(sum(table, 0, 60), 0u);
}

}  // namespace
}  // namespace unpark::acpi
