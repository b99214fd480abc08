// SPDX-License-Identifier: Apache-2.0
#include "acpi/fadt.h"

#include <gtest/gtest.h>

// Offsets and bits of ACPI 6.5, table 5.9, typed again.
namespace unpark::acpi {
namespace {

class Fadt : public testing::Test {
 protected:
  [[nodiscard]] std::uint64_t at(std::size_t offset, unsigned bytes) const {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < bytes; ++i) {
      value |= std::uint64_t{table.at(offset + i)} << (8 * i);
    }
    return value;
  }
  // A generic address: space, width, first bit, access size, address.
  void expect_io_block(std::size_t offset, unsigned bits, unsigned access, unsigned port) const {
    EXPECT_EQ(at(offset, 4), 1u | bits << 8 | access << 24) << "at " << offset;
    EXPECT_EQ(at(offset + 4, 8), port) << "at " << offset;
  }
  const Bytes table = fadt(0x04030200, 0x14131210);
};

TEST_F(Fadt, HasTheSizeOfItsRevision) {
  EXPECT_EQ(at(4, 4), 276u);
  EXPECT_EQ(table.size(), 276u);
  EXPECT_EQ(at(8, 1), 6u);
}

TEST_F(Fadt, PointsAtFacsOnceAndAtDsdtInBothWidths) {
  EXPECT_EQ(at(36, 4), 0x04030200u);
  EXPECT_EQ(at(132, 8), 0u);
  EXPECT_EQ(at(40, 4), 0x14131210u);
  EXPECT_EQ(at(140, 8), 0x14131210u);
}

TEST_F(Fadt, TurnsAcpiOnThroughTheApmPort) {
  EXPECT_EQ(at(48, 4), 0xb2u);
  EXPECT_EQ(at(52, 1), 0x02u);
  EXPECT_EQ(at(53, 1), 0x03u);
  EXPECT_EQ(at(46, 2), 9u);  // SCI
}

TEST_F(Fadt, HasThePmBlockAt600InBothForms) {
  EXPECT_EQ(at(56, 4), 0x600u);
  EXPECT_EQ(at(64, 4), 0x604u);
  EXPECT_EQ(at(76, 4), 0x608u);
  EXPECT_EQ(at(80, 4), 0x620u);
  EXPECT_EQ(at(88, 1), 4u);
  EXPECT_EQ(at(89, 1), 2u);
  EXPECT_EQ(at(91, 1), 4u);
  EXPECT_EQ(at(92, 1), 16u);
  expect_io_block(148, 32, 2, 0x600);
  expect_io_block(172, 16, 2, 0x604);
  expect_io_block(208, 32, 3, 0x608);
  expect_io_block(220, 128, 1, 0x620);
}

TEST_F(Fadt, ResetsByCf9) {
  expect_io_block(116, 8, 1, 0xcf9);
  EXPECT_EQ(at(128, 1), 0x0fu);
  EXPECT_EQ(at(112, 4) >> 10 & 1, 1u);  // RESET_REG_SUP
}

TEST_F(Fadt, HasAFixedPowerButtonAndATwentyFourBitTimer) {
  const std::uint64_t flags = at(112, 4);
  EXPECT_EQ(flags >> 4 & 1, 0u);   // PWR_BUTTON: 1 would be a control method button
  EXPECT_EQ(flags >> 5 & 1, 1u);   // SLP_BUTTON: none in fixed hardware
  EXPECT_EQ(flags >> 8 & 1, 0u);   // TMR_VAL_EXT
  EXPECT_EQ(flags >> 20 & 1, 0u);  // HW_REDUCED_ACPI
}

TEST_F(Fadt, NamesTheCenturyByteAndTheMissingVga) {
  EXPECT_EQ(at(108, 1), 0x32u);
  EXPECT_EQ(at(109, 2), 0x05u);  // legacy devices, VGA not present, no 8042
}

}  // namespace
}  // namespace unpark::acpi
