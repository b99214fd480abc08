// SPDX-License-Identifier: Apache-2.0
#include "devices/lpc_bridge.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "devices/rcrb.h"

namespace unpark {
namespace {

struct LpcBridgeTest : testing::Test {
  std::vector<LpcOutputs> seen;
  LpcBridge lpc{[this](const LpcOutputs& o) { seen.push_back(o); }};
  std::uint32_t write_and_read(std::uint16_t offset, std::uint8_t width, std::uint32_t value) {
    lpc.config_write(offset, width, value);
    return lpc.config_read(offset, width);
  }
};

TEST_F(LpcBridgeTest, IsTheIsaBridgeThroughWhichTheConsoleIsFound) {
  EXPECT_EQ(lpc.config_read(0x00, 4), 0x29188086u);
  EXPECT_EQ(lpc.config_read(0x09, 1), 0x00u);
  EXPECT_EQ(lpc.config_read(0x0a, 2), 0x0601u);
}

TEST_F(LpcBridgeTest, CommandBitsAreWritableAndStick) {
  EXPECT_EQ(write_and_read(0x04, 2, 0x0000), 0x0000u);
  EXPECT_EQ(write_and_read(0x04, 2, 0x0007), 0x0007u);
  EXPECT_EQ(write_and_read(0x04, 2, 0xffff), 0x0147u);
}

TEST_F(LpcBridgeTest, PmbaseKeepsBits15To7AndShowsIoSpace) {
  EXPECT_EQ(lpc.config_read(0x40, 4), 0x00000001u);
  EXPECT_EQ(write_and_read(0x40, 4, 0x00000601), 0x00000601u);
  EXPECT_EQ(write_and_read(0x40, 4, 0xffffffff), 0x0000ff81u);
  EXPECT_EQ(write_and_read(0x40, 4, 0x00000000), 0x00000001u);
}

TEST_F(LpcBridgeTest, PmBlockIsDecodedOnlyWhenEnabledAtItsOnlyBase) {
  lpc.config_write(0x44, 1, 0x80);
  EXPECT_FALSE(lpc.outputs().pm_decoded);
  lpc.config_write(0x40, 4, 0x601);
  EXPECT_TRUE(lpc.outputs().pm_decoded);
  lpc.config_write(0x40, 4, 0x681);
  EXPECT_FALSE(lpc.outputs().pm_decoded);
  lpc.config_write(0x40, 4, 0x601);
  lpc.config_write(0x44, 1, 0x00);
  EXPECT_FALSE(lpc.outputs().pm_decoded);
}

TEST_F(LpcBridgeTest, SinkHearsOnlyChanges) {
  lpc.config_write(0x40, 4, 0x601);  // the order of SEC
  lpc.config_write(0x44, 1, 0x80);
  lpc.config_write(0x44, 1, 0x80);
  lpc.config_write(0x60, 1, 0x0a);

  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0], (LpcOutputs{.pm_decoded = true}));
}

TEST_F(LpcBridgeTest, AcpiControlKeepsEnableAndSciSelect) {
  EXPECT_EQ(lpc.config_read(0x44, 1), 0x00u);
  EXPECT_EQ(write_and_read(0x44, 1, 0xff), 0x87u);
}

TEST_F(LpcBridgeTest, PirqRoutingIsStoredAndUnroutedAfterReset) {
  constexpr std::array<std::uint16_t, 8> kPirq{0x60, 0x61, 0x62, 0x63, 0x68, 0x69, 0x6a, 0x6b};
  for (const std::uint16_t offset : kPirq) {
    EXPECT_EQ(lpc.config_read(offset, 1), 0x80u);
    EXPECT_EQ(write_and_read(offset, 1, 0x0a), 0x0au);
    EXPECT_EQ(write_and_read(offset, 1, 0xff), 0x8fu);
  }
  EXPECT_EQ(write_and_read(0x64, 4, 0xffffffff), 0u);
}

TEST_F(LpcBridgeTest, SmiLockCanOnlyBeSet) {
  EXPECT_EQ(write_and_read(0xa0, 2, 0x0000), 0x0000u);
  EXPECT_EQ(write_and_read(0xa0, 2, 0xffef), 0x0000u);
  EXPECT_EQ(write_and_read(0xa0, 2, 0x0010), 0x0010u);

  EXPECT_EQ(write_and_read(0xa0, 2, 0x0000), 0x0010u);
  EXPECT_EQ(write_and_read(0xa0, 1, 0x00), 0x10u);
  EXPECT_EQ(write_and_read(0xa0, 4, 0x00000000), 0x00000010u);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_TRUE(seen[0].smi_lock);
}

TEST_F(LpcBridgeTest, RcbaKeepsBaseAndEnableAndDecodesItsOnlyBase) {
  EXPECT_EQ(write_and_read(0xf0, 4, 0xffffffff), 0xffffc001u);
  EXPECT_FALSE(lpc.outputs().rcrb_decoded);
  EXPECT_EQ(write_and_read(0xf0, 4, 0xfed1c000), 0xfed1c000u);
  EXPECT_FALSE(lpc.outputs().rcrb_decoded);
  EXPECT_EQ(write_and_read(0xf0, 4, 0xfed1c001), 0xfed1c001u);
  EXPECT_TRUE(lpc.outputs().rcrb_decoded);
}

TEST_F(LpcBridgeTest, ResetEndsDecodingAndUnlocksAndSaysSo) {
  lpc.config_write(0x40, 4, 0x601);
  lpc.config_write(0x44, 1, 0x80);
  lpc.config_write(0xa0, 2, 0x0010);
  lpc.config_write(0xf0, 4, 0xfed1c001);
  EXPECT_EQ(seen.back(), (LpcOutputs{.pm_decoded = true, .smi_lock = true, .rcrb_decoded = true}));

  lpc.reset();

  EXPECT_EQ(seen.back(), LpcOutputs{});
  EXPECT_EQ(write_and_read(0xa0, 2, 0x0000), 0x0000u);
}

TEST(Rcrb, ReadsZeroWhileEnabledAndRefusesOtherwise) {
  Rcrb rcrb;
  EXPECT_EQ(rcrb.read({.offset = 0x3410, .width = 4}).error(), IoFault::kNotDecoded);

  rcrb.set_enabled(true);
  EXPECT_TRUE(rcrb.write({.offset = 0x3410, .width = 4}, 0xffffffff));
  EXPECT_EQ(*rcrb.read({.offset = 0x3410, .width = 4}), 0u);
  EXPECT_EQ(rcrb.read({.offset = 0x3411, .width = 4}).error(), IoFault::kUnaligned);
  EXPECT_EQ(rcrb.read({.offset = 0x4000, .width = 1}).error(), IoFault::kBadOffset);
}

}  // namespace
}  // namespace unpark
