// SPDX-License-Identifier: Apache-2.0
// SMRAM: 9Ch, 9Dh, 9Eh and what the lock makes of them.
#include <gtest/gtest.h>

#include "devices/mch.h"

namespace unpark {
namespace {

struct MchSmram : testing::Test {
  Mch mch{16};
  void set(std::uint16_t offset, std::uint32_t value) { mch.config_write(offset, 1, value); }
  std::uint32_t get(std::uint16_t offset) { return mch.config_read(offset, 1); }
};

TEST_F(MchSmram, ResetValuesAreThoseThatFirmwareInsistsOn) {
  EXPECT_EQ(get(0x9c), 0x00u);
  EXPECT_EQ(get(0x9d), 0x02u);
  EXPECT_EQ(get(0x9e), 0x38u);  // OVMF stops if one of bits 3-5 is 0
}

TEST_F(MchSmram, CacheBitsAndSegmentCannotBeWritten) {
  set(0x9d, 0x20);
  EXPECT_EQ(get(0x9d), 0x22u);
  set(0x9e, 0x00);
  EXPECT_EQ(get(0x9e), 0x38u);
  set(0x9e, 0xff);
  EXPECT_EQ(get(0x9e), 0xbfu);  // E_SMERR (bit 6) reads 0
}

TEST_F(MchSmram, FirmwareOpensAndClosesTsegUntilItLocksIt) {
  set(0x9e, 0x3f);  // 11b: extended size, T_EN
  set(0x9d, 0x0a);  // G_SMRAME
  EXPECT_EQ(get(0x9d), 0x0au);
  EXPECT_EQ(get(0x9e), 0x3fu);
  EXPECT_TRUE(mch.control().tseg_enabled);
  EXPECT_EQ(mch.control().tseg_mib, 16u);

  set(0x9e, 0x3e);
  EXPECT_FALSE(mch.control().tseg_enabled);
  set(0x9e, 0x3f);
  set(0x9d, 0x1a);

  EXPECT_TRUE(mch.control().smram_locked);
  set(0x9e, 0x3e);
  EXPECT_TRUE(mch.control().tseg_enabled);
}

TEST_F(MchSmram, SizeFieldSelectsOneTwoEightOrTheExtendedSize) {
  set(0x9d, 0x0a);
  set(0x9e, 0x01);
  EXPECT_EQ(mch.control().tseg_mib, 1u);
  set(0x9e, 0x03);
  EXPECT_EQ(mch.control().tseg_mib, 2u);
  set(0x9e, 0x05);
  EXPECT_EQ(mch.control().tseg_mib, 8u);
  set(0x9e, 0x07);
  EXPECT_EQ(mch.control().tseg_mib, 16u);
}

TEST_F(MchSmram, WritesToTheSizeNotesOfFirmwareDoNotChangeTheHiddenSize) {
  set(0x9e, 0x07);
  set(0x9d, 0x1a);
  const MemoryControl before = mch.control();

  mch.config_write(0x50, 2, 1);
  mch.config_write(0xac, 4, 0);
  mch.config_write(0xb0, 2, 0);

  EXPECT_EQ(mch.control(), before);
}

TEST_F(MchSmram, TsegNeedsTheGlobalEnable) {
  set(0x9e, 0x07);
  EXPECT_FALSE(mch.control().tseg_enabled);
}

TEST_F(MchSmram, LockClearsOpenAndFreezesAllButClosed) {
  set(0x9e, 0x07);
  set(0x9d, 0x5a);  // G_SMRAME, D_LCK and D_OPEN at once
  EXPECT_EQ(get(0x9d), 0x1au);
  EXPECT_FALSE(mch.control().smram_open);

  set(0x9d, 0x00);
  EXPECT_EQ(get(0x9d), 0x1au);
  set(0x9d, 0xff);
  EXPECT_EQ(get(0x9d), 0x3au);  // D_CLS stays writable
  set(0x9d, 0x42);
  EXPECT_EQ(get(0x9d), 0x1au);

  for (const std::uint32_t value : {0x00u, 0xffu, 0x80u}) {
    set(0x9e, value);
    EXPECT_EQ(get(0x9e), 0x3fu);
  }
}

TEST_F(MchSmram, LockHoldsAgainstWiderAccesses) {
  set(0x9e, 0x07);
  set(0x9d, 0x1a);
  const MemoryControl before = mch.control();

  mch.config_write(0x9c, 4, 0x00400000);
  mch.config_write(0x9d, 2, 0x0040);
  mch.config_write(0x9e, 2, 0x0000);

  EXPECT_EQ(mch.control(), before);
}

TEST_F(MchSmram, OneWriteMaySetUpTsegAndLockIt) {
  mch.config_write(0x9d, 2, 0x071a);

  EXPECT_EQ(get(0x9e), 0x3fu);
  EXPECT_TRUE(mch.control().tseg_enabled);
  EXPECT_TRUE(mch.control().smram_locked);
}

TEST_F(MchSmram, CompatibleWindowFollowsGlobalAndOpenAndEndsWithTheHighOne) {
  set(0x9d, 0x42);  // D_OPEN without G_SMRAME
  EXPECT_FALSE(mch.control().smram_open);
  set(0x9d, 0x4a);
  EXPECT_TRUE(mch.control().compatible_smram);
  EXPECT_TRUE(mch.control().smram_open);
  set(0x9e, 0x80);
  EXPECT_FALSE(mch.control().compatible_smram);
  EXPECT_FALSE(mch.control().smram_open);
}

TEST_F(MchSmram, DefaultSmbaseIsOfferedThenLocked) {
  set(0x9c, 0xff);
  EXPECT_EQ(get(0x9c), 0x01u);
  EXPECT_FALSE(mch.control().smbase_smram_locked);
  set(0x9c, 0x02);
  EXPECT_EQ(get(0x9c), 0x02u);
  EXPECT_TRUE(mch.control().smbase_smram_locked);

  for (const std::uint32_t value : {0x00u, 0x01u, 0xffu}) {
    set(0x9c, value);
    EXPECT_EQ(get(0x9c), 0x02u);
  }
}

TEST_F(MchSmram, DefaultSmbaseDropsWritesBeforeTheQuery) {
  for (const std::uint32_t value : {0x01u, 0x02u, 0xfeu}) {
    set(0x9c, value);
    EXPECT_EQ(get(0x9c), 0x00u);
  }
  EXPECT_FALSE(mch.control().smbase_smram_locked);
}

TEST_F(MchSmram, DefaultSmbaseOnceOfferedTakesOnlyBit1) {
  set(0x9c, 0xff);
  set(0x9c, 0x00);
  EXPECT_EQ(get(0x9c), 0x01u);
  set(0x9c, 0xff);  // a second query locks
  EXPECT_EQ(get(0x9c), 0x02u);
}

TEST_F(MchSmram, DefaultSmbaseIsReachedByWiderAccessesToo) {
  mch.config_write(0x9c, 4, 0x000002ff);
  EXPECT_EQ(get(0x9c), 0x01u);
  EXPECT_EQ(get(0x9d), 0x02u);
  mch.config_write(0x9c, 2, 0x0202);
  EXPECT_EQ(get(0x9c), 0x02u);
}

TEST_F(MchSmram, ResetUnlocksEverything) {
  set(0x9c, 0xff);
  set(0x9c, 0x02);
  set(0x9e, 0x07);
  set(0x9d, 0x1a);

  mch.reset();

  EXPECT_EQ(mch.control(), Mch{16}.control());
  set(0x9d, 0x0a);
  EXPECT_EQ(get(0x9d), 0x0au);
  set(0x9e, 0x07);
  EXPECT_EQ(get(0x9e), 0x3fu);
  set(0x9c, 0xff);
  EXPECT_EQ(get(0x9c), 0x01u);
}

}  // namespace
}  // namespace unpark
