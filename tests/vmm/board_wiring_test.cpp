// SPDX-License-Identifier: Apache-2.0
// What one chip of the board does to another: SMIs, the SCI, SMRAM's lock and the hotplug gate.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "tests/vmm/board_fixture.h"

namespace unpark {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(BoardTest, ApmRaisesAnSmiOnTheWriterOnceSmiEnAllowsIt) {
  open_pm_block();
  cpu = 1;
  out(0xb2, 0x04);
  EXPECT_THAT(smi.writers, IsEmpty());
  out(0x630, 0x21, 4);  // GBL_SMI_EN, APMC_EN
  out(0xb2, 0x04);
  EXPECT_THAT(smi.writers, ElementsAre(1u));
  EXPECT_EQ(in(0xb2), 0x04u) << "the handler reads it back";
}

TEST_F(BoardTest, SmiEnIsLockedByTheLpcBridge) {
  open_pm_block();
  out(0x630, 0x21, 4);
  config_write(0x1f, 0xa0, 0x0010, 2);  // SMI_LOCK
  out(0x630, 0x20, 4);
  EXPECT_EQ(in(0x630, 4) & 1, 1u);
  config_write(0x1f, 0xa0, 0x0000, 2);
  EXPECT_EQ(config_read(0x1f, 0xa0, 2) & 0x10, 0x10u) << "until reset";
}

TEST_F(BoardTest, AcpiEnableSwitchesTheSciOn) {
  open_pm_block();
  out(0xb2, 0x02);
  EXPECT_EQ(in(0x604, 2) & 1, 1u);
  out(0xb2, 0x03);
  EXPECT_EQ(in(0x604, 2) & 1, 0u);
}

TEST_F(BoardTest, SleepTypeFiveIsTold) {
  open_pm_block();
  out(0x604, 0x2000, 2);  // SLP_EN, SLP_TYP 0
  EXPECT_THAT(sleeps, ElementsAre(0));
}

TEST_F(BoardTest, HotAddRaisesTheSciOnGsi9AndStatusClearsIt) {
  open_pm_block();
  out(0x604, 0x0001, 2);  // SCI_EN
  out(0x628, 0x04);       // GPE0_EN bit 2
  ASSERT_TRUE(board->hotplug().plug(VcpuId{2}));
  EXPECT_EQ(in(0x620) & 4, 4u);
  EXPECT_TRUE(wires[9].level());
  out(0x620, 0x04);
  EXPECT_FALSE(wires[9].level());
}

TEST_F(BoardTest, EveryChangeOfMemoryControlIsTold) {
  memory_controls.clear();
  config_write(0, 0x9e, 0x07, 1);  // ESMRAMC: extended size, T_EN
  config_write(0, 0x9d, 0x0a, 1);  // SMRAM: G_SMRAME
  ASSERT_FALSE(memory_controls.empty());
  EXPECT_TRUE(memory_controls.back().tseg_enabled);
  EXPECT_EQ(memory_controls.back().tseg_mib, 16u);
  EXPECT_FALSE(memory_controls.back().smram_locked);
  lock_smram();
  EXPECT_TRUE(memory_controls.back().smram_locked);
}

TEST_F(BoardTest, ExtendedTsegIsOfferedInItsSize) {
  config_write(0, 0x50, 0xffff, 2);
  EXPECT_EQ(config_read(0, 0x50, 2), 16u);
}

// In the firmware phase anybody may drive the control window: OVMF's PEI counts CPUs there.
TEST_F(BoardTest, ControlWindowIsOpenUntilSmramIsLocked) {
  out(0xcd8, 1, 4);
  EXPECT_EQ(in(0xcdc) & 1, 1u);  // CPU 1 is enabled
  EXPECT_THAT(hotplug.refused, IsEmpty());
}

TEST_F(BoardTest, ControlWindowIsSmmsAloneOnceSmramIsLocked) {
  lock_smram();
  cpu = 1;
  EXPECT_EQ(in(0xcdc), 0xffu);
  EXPECT_EQ(in(0xce0, 4), 0xffff'ffffu);
  out(0xcd8, 2, 4);
  ASSERT_EQ(hotplug.refused.size(), 3u);
  EXPECT_TRUE(hotplug.refused[0].control_window);
  EXPECT_EQ(hotplug.refused[0].accessor, 1u);
  EXPECT_EQ(board->hotplug().refusals(VcpuId{1}).control, 3u);
  in_smm = true;
  out(0xcd8, 1, 4);
  EXPECT_EQ(in(0xcdc) & 1, 1u);
}

TEST_F(BoardTest, OsWindowStaysWithTheOs) {
  lock_smram();
  out(0xce4, 1, 4);
  EXPECT_EQ(in(0xce8) & 1, 1u);
  EXPECT_THAT(hotplug.refused, IsEmpty());
}

TEST_F(BoardTest, ParkedCpuIsNotInTheOsWindow) {
  ASSERT_TRUE(board->hotplug().plug(VcpuId{2}));
  out(0xce4, 2, 4);
  EXPECT_EQ(in(0xce8), 0u);
}

TEST_F(BoardTest, NobodyButSmmUnparks) {
  lock_smram();
  ASSERT_TRUE(board->hotplug().plug(VcpuId{2}));
  for (const std::uint16_t window : std::array<std::uint16_t, 2>{0xcd8, 0xce4}) {
    out(window, 2, 4);
    out(static_cast<std::uint16_t>(window + 4), 0x20);
    out(static_cast<std::uint16_t>(window + 5), 3);
  }
  EXPECT_THAT(hotplug.unparked, IsEmpty());
}

// OVMF's way: command 3 in SMM while the insert is pending.
TEST_F(BoardTest, FirmwareThatTakesNoExplicitUnparkClaimsByArchId) {
  lock_smram();
  ASSERT_TRUE(board->hotplug().plug(VcpuId{2}));
  in_smm = true;
  out(0xcd8, 2, 4);
  out(0xcdd, 3);
  EXPECT_EQ(in(0xce0, 4), 2u);
  EXPECT_THAT(hotplug.unparked, ElementsAre(2u));
}

TEST_F(BoardTest, GuestMayEjectOnlyIfTheConfigurationSaysSo) {
  const auto agreed = [](BoardUnderTest& b) {
    b.lock_smram();
    b.out(0xce4, 1, 4);
    b.out(0xce8, 0x10);  // agree to a removal that the host did not ask for
    return (b.in(0xce8) & 0x10) != 0;
  };
  EXPECT_FALSE(agreed(*this));
  BoardUnderTest permissive(MachineConfig{.guest_eject_allowed = true});
  EXPECT_TRUE(agreed(permissive));
}

TEST_F(BoardTest, SurvivesWhateverAGuestWrites) {
  std::uint32_t seed = 0x9e37'79b9;
  const auto random = [&seed] { return (seed = seed * 1'664'525 + 1'013'904'223) >> 8; };
  for (int i = 0; i < 200'000; ++i) {
    cpu = random() % 5;  // one that is not there, too
    in_smm = random() % 2 == 0;
    const auto width = static_cast<std::uint8_t>(1u << random() % 3);
    const auto port = static_cast<std::uint16_t>(random() % 4 == 0 ? random() : random() % 0xe00);
    if (random() % 2 == 0)
      EXPECT_LE(in(port, width), ~std::uint64_t{0} >> (64 - 8 * width));
    else
      out(port, random() * random(), width);
  }
}

}  // namespace
}  // namespace unpark
