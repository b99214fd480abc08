// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>

#include "devices/pci.h"

namespace unpark {
namespace {

constexpr std::array<RegisterInfo, 3> kRegisters = {{
    {"PCICMD", 0x04, 2, 0x0001, 0x0007, 0},
    {"PCISTS", 0x06, 2, 0x0290, 0, 0xf900},
    {"PLAIN", 0x40, 4, 0x04030201, 0xffff00ff, 0},
}};

PciConfigSpace space() {
  return {{.vendor = 0x8086,
           .device = 0x29c0,
           .class_code = 0x060401,
           .revision = 7,
           .header_type = 0x80},
          kRegisters};
}

TEST(PciConfigSpace, ShowsItsIdentityAtTheOffsetsOfTheHeader) {
  const auto s = space();

  EXPECT_EQ(s.read(0x00, 4), 0x29c08086u);
  EXPECT_EQ(s.read(0x08, 4), 0x06040107u);  // class, subclass, interface, revision
  EXPECT_EQ(s.read(0x0a, 2), 0x0604u);
  EXPECT_EQ(s.read(0x0e, 1), 0x80u);
}

TEST(PciConfigSpace, ReadsTheSameByByteWordAndDword) {
  const auto s = space();

  EXPECT_EQ(s.read(0x40, 4), 0x04030201u);
  EXPECT_EQ(s.read(0x40, 2), 0x0201u);
  EXPECT_EQ(s.read(0x41, 2), 0x0302u);
  EXPECT_EQ(s.read(0x42, 2), 0x0403u);
  EXPECT_EQ(s.read(0x43, 1), 0x04u);
}

TEST(PciConfigSpace, WritesOnlyWritableBitsAndOnlyTheBytesOfTheAccess) {
  auto s = space();

  s.write(0x41, 2, 0xaabb);  // 41h is read-only
  EXPECT_EQ(s.read(0x40, 4), 0x04aa0201u);

  s.write(0x04, 4, 0xffffffff);  // command and, write 1 to clear, status
  EXPECT_EQ(s.read(0x04, 2), 0x0007u);
  s.write(0x04, 2, 0);
  EXPECT_EQ(s.read(0x04, 2), 0x0000u);
}

TEST(PciConfigSpace, StatusBitsAreClearedByOnesAndKeptByZeros) {
  auto s = space();
  s.put(0x06, 2, 0xfb90);

  s.write(0x06, 2, 0x0000);
  EXPECT_EQ(s.read(0x06, 2), 0xfb90u);
  s.write(0x07, 1, 0x80);
  EXPECT_EQ(s.read(0x06, 2), 0x7b90u);
  s.write(0x06, 2, 0xffff);
  EXPECT_EQ(s.read(0x06, 2), 0x0290u);
}

TEST(PciConfigSpace, WhatIsNotListedIsReadOnlyZero) {
  auto s = space();

  s.write(0x10, 4, 0xffffffff);  // a BAR that is not there: sizing must find none
  s.write(0xfc, 4, 0xffffffff);

  EXPECT_EQ(s.read(0x10, 4), 0u);
  EXPECT_EQ(s.read(0xfc, 4), 0u);
}

TEST(PciConfigSpace, PlainStorageTakesWhatIsNotListed) {
  auto s = space();
  s.make_plain_storage(0x40, kRegisters);

  s.write(0x44, 4, 0xdeadbeef);
  s.write(0x40, 4, 0xffffffff);

  EXPECT_EQ(s.read(0x44, 4), 0xdeadbeefu);
  EXPECT_EQ(s.read(0x40, 4), 0xffff02ffu);  // the listed register keeps its mask
  s.write(0x3c, 4, 0xffffffff);
  EXPECT_EQ(s.read(0x3c, 4), 0u);
}

TEST(PciConfigSpace, ExtendedSpaceReadsAllOnesInTheWidthOfTheAccess) {
  auto s = space();
  s.write(0x100, 4, 0);
  s.write(0xffc, 4, 0);

  EXPECT_EQ(s.read(0x100, 4), 0xffffffffu);
  EXPECT_EQ(s.read(0x100, 2), 0xffffu);
  EXPECT_EQ(s.read(0xfff, 1), 0xffu);
  s.write(0x140, 4, 0xffffffff);
  EXPECT_EQ(s.read(0x40, 4), 0x04030201u);  // is not an alias either
}

TEST(PciConfigSpace, ResetRestoresEveryByte) {
  auto s = space();
  s.make_plain_storage(0x40, kRegisters);
  for (std::uint16_t o = 0; o < 256; o += 4) s.put(o, 4, 0xa5a5a5a5);

  s.reset();

  EXPECT_EQ(s.read(0x00, 4), 0x29c08086u);
  EXPECT_EQ(s.read(0x04, 4), 0x02900001u);
  EXPECT_EQ(s.read(0x40, 4), 0x04030201u);
  EXPECT_EQ(s.read(0xfc, 4), 0u);
}

}  // namespace
}  // namespace unpark
