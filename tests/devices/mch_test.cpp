// SPDX-License-Identifier: Apache-2.0
#include "devices/mch.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "devices/ecam.h"
#include "devices/pci_host.h"

namespace unpark {
namespace {

struct MchTest : testing::Test {
  Mch mch{16};
  std::uint32_t write_and_read(std::uint16_t offset, std::uint8_t width, std::uint32_t value) {
    mch.config_write(offset, width, value);
    return mch.config_read(offset, width);
  }
};

TEST_F(MchTest, IsTheHostBridgeThatFirmwareLooksFor) {
  EXPECT_EQ(mch.config_read(0x02, 2), 0x29c0u);
  EXPECT_EQ(mch.config_read(0x0a, 2), 0x0600u);
}

TEST_F(MchTest, ExtendedTsegQueryIsAnsweredWithTheSize) {
  EXPECT_EQ(mch.config_read(0x50, 2), 0xffffu);
  EXPECT_EQ(write_and_read(0x50, 2, 0xffff), 16u);
  EXPECT_EQ(write_and_read(0x50, 2, 0x0004), 4u);
  EXPECT_EQ(write_and_read(0x50, 2, 0xffff), 16u);
}

TEST_F(MchTest, ExtendedTsegQueryIsAnsweredOnlyByAWriteToTheRegister) {
  mch.config_write(0x54, 4, 0xffffffff);
  EXPECT_EQ(mch.config_read(0x50, 2), 0xffffu);
  mch.config_write(0x50, 1, 0xff);  // the high byte is still ff: the result is the query
  EXPECT_EQ(mch.config_read(0x50, 2), 16u);
}

TEST(Mch, WithoutAnExtendedSizeTheQueryReadsBackAsItself) {
  for (const std::uint16_t size : {std::uint16_t{0}, std::uint16_t{0xffff}}) {
    Mch mch{size};
    mch.config_write(0x50, 2, 0xffff);
    EXPECT_EQ(mch.config_read(0x50, 2), 0xffffu);
    mch.config_write(0x9e, 1, 0x07);  // size 11b: nothing to enable
    mch.config_write(0x9d, 1, 0x0a);
    EXPECT_FALSE(mch.control().tseg_enabled);
  }
}

TEST_F(MchTest, PciexbarIsOffAfterResetAndFollowsFirmware) {
  EXPECT_FALSE(mch.control().pciexbar_enabled);

  // The order of PlatformPei.
  mch.config_write(0x60, 4, 0);
  mch.config_write(0x64, 4, 0);
  mch.config_write(0x60, 4, 0xb0000001);

  EXPECT_TRUE(mch.control().pciexbar_enabled);
  EXPECT_EQ(mch.control().pciexbar, 0xb0000000u);
}

TEST_F(MchTest, PciexbarKeepsBits35To28AndTheLengthOf256MiB) {
  EXPECT_EQ(write_and_read(0x60, 4, 0xffffffff), 0xf0000001u);
  EXPECT_EQ(write_and_read(0x64, 4, 0xffffffff), 0x0000000fu);
  EXPECT_EQ(mch.control().pciexbar, 0xff0000000u);
}

TEST_F(MchTest, RegistersThatFirmwareKeepsNotesInReadBack) {
  EXPECT_EQ(write_and_read(0x52, 2, 0x0002), 0x0002u);
  EXPECT_EQ(write_and_read(0xa4, 4, 0x20000000), 0x20000000u);
  EXPECT_EQ(write_and_read(0xa8, 4, 0x20000000), 0x20000000u);
  EXPECT_EQ(write_and_read(0xac, 4, 0x1f000000), 0x1f000000u);
  EXPECT_EQ(write_and_read(0xb0, 2, 0x2000), 0x2000u);
}

TEST(Mch, FirmwareReachesTheSameRegistersByPortAndByMemory) {
  const auto mch = std::make_shared<Mch>(std::uint16_t{16});
  const auto topology = std::make_shared<PciTopology>();
  ASSERT_TRUE(topology->plug({0, 0, 0}, mch));
  PciHost host{topology, nullptr};
  Ecam ecam{topology};
  ecam.set_enabled(true);

  // PEI by port, then DXE and SMM by memory.
  ASSERT_TRUE(host.write({.offset = 0, .width = 4}, 0x800000ac));
  ASSERT_TRUE(host.write({.offset = 4, .width = 4}, 0x1f000000));
  ASSERT_TRUE(host.write({.offset = 0, .width = 4}, 0x8000009c));
  ASSERT_TRUE(host.write({.offset = 6, .width = 1}, 0x3f));
  ASSERT_TRUE(host.write({.offset = 5, .width = 1}, 0x0a));
  EXPECT_EQ(*ecam.read({.offset = 0xac, .width = 4}), 0x1f000000u);
  EXPECT_EQ(*ecam.read({.offset = 0x9e, .width = 1}), 0x3fu);
  EXPECT_EQ(*ecam.read({.offset = 0x9d, .width = 1}), 0x0au);
  ASSERT_TRUE(ecam.write({.offset = 0x9d, .width = 1}, 0x1a));
  EXPECT_EQ(*host.read({.offset = 5, .width = 1}), 0x1au);
}

struct PamCase {
  const char* name;
  std::uint16_t offset;
  std::uint32_t value;
  std::uint32_t reads;
  std::size_t segment;  // of MemoryControl::pam
  std::uint8_t attribute;
};

class MchPam : public testing::TestWithParam<PamCase> {};

TEST_P(MchPam, RegisterSetsItsSegmentAndNoOther) {
  const auto& c = GetParam();
  Mch mch{16};

  mch.config_write(c.offset, 1, c.value);

  EXPECT_EQ(mch.config_read(c.offset, 1), c.reads);
  MemoryControl expected = Mch{16}.control();
  expected.pam[c.segment] = c.attribute;
  EXPECT_EQ(mch.control(), expected);
}

INSTANTIATE_TEST_SUITE_P(Segments, MchPam,
                         testing::Values(PamCase{"F0000ReadAndWrite", 0x90, 0x30, 0x30, 0, 3},
                                         PamCase{"F0000HasNoLowHalf", 0x90, 0x2f, 0x20, 0, 2},
                                         PamCase{"C0000ReadOnly", 0x91, 0x01, 0x01, 1, 1},
                                         PamCase{"C4000WriteOnly", 0x91, 0x20, 0x20, 2, 2},
                                         PamCase{"D8000", 0x94, 0x03, 0x03, 7, 3},
                                         PamCase{"E8000", 0x96, 0x03, 0x03, 11, 3},
                                         PamCase{"EC000ReservedBitsReadZero", 0x96, 0xfc, 0x30, 12,
                                                 3}),
                         [](const auto& c) { return std::string(c.param.name); });

struct MchSink : MchTest {
  std::vector<MemoryControl> seen;
  void SetUp() override {
    mch.set_sink([this](const MemoryControl& c) { seen.push_back(c); });
  }
};

TEST_F(MchSink, HearsEachChangeOnceAndNoNonChange) {
  mch.config_write(0xb0, 2, 0x2000);
  mch.config_write(0x9d, 1, 0x02);
  EXPECT_TRUE(seen.empty());

  mch.config_write(0x9e, 1, 0x07);  // T_EN alone: the size that would be hidden
  mch.config_write(0x9d, 1, 0x0a);
  mch.config_write(0x9d, 1, 0x0a);

  ASSERT_EQ(seen.size(), 2u);
  EXPECT_FALSE(seen[0].tseg_enabled);
  EXPECT_TRUE(seen[1].tseg_enabled);
}

TEST_F(MchSink, MayReadTheChip) {
  std::uint32_t pam = 0;
  mch.set_sink([&](const MemoryControl&) { pam = mch.config_read(0x90, 1); });

  mch.config_write(0x90, 1, 0x10);

  EXPECT_EQ(pam, 0x10u);
}

TEST_F(MchSink, HearsAReset) {
  mch.config_write(0x9d, 1, 0x1a);
  mch.reset();

  ASSERT_EQ(seen.size(), 2u);
  EXPECT_TRUE(seen[0].smram_locked);
  EXPECT_EQ(seen[1], Mch{16}.control());
}

TEST_F(MchSink, HearsTheNewestStateLastWhenTwoCpusWrite) {
  const auto toggle = [this](std::uint16_t offset, std::uint32_t on) {
    for (int i = 0; i < 2000; ++i) mch.config_write(offset, 1, i % 2 == 0 ? on : 0);
    mch.config_write(offset, 1, on);
  };
  std::thread a(toggle, std::uint16_t{0x90}, 0x30);
  std::thread b(toggle, std::uint16_t{0x91}, 0x33);
  a.join();
  b.join();

  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen.back(), mch.control());
  EXPECT_EQ(seen.back().pam[0], 3);
  EXPECT_EQ(seen.back().pam[1], 3);
}

}  // namespace
}  // namespace unpark
