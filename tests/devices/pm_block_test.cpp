// SPDX-License-Identifier: Apache-2.0
// Registers of the PM block: masks, widths, lanes, locks.
#include <ostream>

#include "tests/devices/pm_fixture.h"

namespace unpark::test {
namespace {

class PmBlockRegisters : public testing::Test, protected PmFixture {};

TEST_F(PmBlockRegisters, AnswerOnlyWhileDecoded) {
  pm.set_decoded(false);
  EXPECT_EQ(pm.read({.offset = 4, .width = 2}).error(), IoFault::kNotDecoded);
  EXPECT_EQ(pm.write({.offset = 4, .width = 2}, 1).error(), IoFault::kNotDecoded);
  pm.set_decoded(true);
  EXPECT_EQ(read(4, 2), 0u);  // the write had no effect
}

TEST_F(PmBlockRegisters, KeepTheirContentsWhileNotDecoded) {
  write(2, 2, 0x0100);
  pm.set_decoded(false);
  pm.set_decoded(true);
  EXPECT_EQ(read(2, 2), 0x0100u);
}

TEST_F(PmBlockRegisters, RefuseWidthsAlignmentsAndOffsetsThatDoNotExist) {
  EXPECT_EQ(pm.read({.offset = 0, .width = 8}).error(), IoFault::kBadWidth);
  EXPECT_EQ(pm.read({.offset = 1, .width = 2}).error(), IoFault::kUnaligned);
  EXPECT_EQ(pm.read({.offset = 2, .width = 4}).error(), IoFault::kUnaligned);
  EXPECT_EQ(pm.read({.offset = 0x80, .width = 1}).error(), IoFault::kBadOffset);
}

struct WriteCase {
  const char* why;
  std::uint32_t offset;
  std::uint8_t width;
  std::uint64_t first, second, reads;
};
void PrintTo(const WriteCase& c, std::ostream* os) {
  *os << c.why;
}
class PmBlockWrite : public testing::TestWithParam<WriteCase>, protected PmFixture {};
TEST_P(PmBlockWrite, LeavesTheBitsTheDatasheetSays) {
  const WriteCase& c = GetParam();
  write(c.offset, c.width, c.first);
  write(c.offset, c.width, c.second);
  EXPECT_EQ(read(c.offset, c.width), c.reads);
}
INSTANTIATE_TEST_SUITE_P(
    Ich9, PmBlockWrite,
    testing::Values(
        WriteCase{"status bits cannot be set", 0x00, 2, 0xffff, 0xffff, 0x0000},
        WriteCase{"PM1_EN stores its defined bits", 0x02, 2, 0, 0xffff, 0x4521},
        WriteCase{"PM1_EN bits can be cleared", 0x02, 2, 0xffff, 0, 0},
        WriteCase{"SLP_EN and GBL_RLS are not stored", 0x04, 2, 0, 0x3c07, 0x1c03},
        WriteCase{"PM1_CNT high half is reserved", 0x04, 4, 0, 0xffff'0001, 0x0000'0001},
        WriteCase{"the timer cannot be written", 0x08, 4, 0, 0xffff'ffff, 0},
        WriteCase{"GPE0_EN stores all bits", 0x28, 4, 0, 0x0403'0201, 0x0403'0201},
        WriteCase{"GPE0_EN high half", 0x2c, 4, 0xffff'ffff, 0x0403'0201, 0x0403'0201},
        WriteCase{"SMI_EN stores what this machine has", 0x30, 4, 0, 0xffff'ffff, 0x0000'0023},
        WriteCase{"SMI_EN unlocked can be cleared", 0x30, 4, 0x21, 0, 0},
        WriteCase{"SMI_STS cannot be set", 0x34, 4, 0, 0xffff'ffff, 0},
        WriteCase{"reserved reads as zero", 0x10, 4, 0, 0xffff'ffff, 0},
        WriteCase{"the end of the block too", 0x7c, 4, 0, 0xffff'ffff, 0}));

TEST_F(PmBlockRegisters, ADwordReachesTwoRegisters) {
  pm.press_power_button();
  write(0, 4, 0x0521'0000);
  EXPECT_EQ(read(0, 4), 0x0521'0100u);
  EXPECT_EQ(read(0, 2), 0x0100u);
  EXPECT_EQ(read(2, 2), 0x0521u);
}

TEST_F(PmBlockRegisters, ABytePerRegisterHalf) {
  write(2, 1, 0x21);
  write(3, 1, 0x05);
  EXPECT_EQ(read(2, 2), 0x0521u);
  EXPECT_EQ(read(3, 1), 0x05u);
  write(2, 1, 0x00);
  EXPECT_EQ(read(2, 2), 0x0500u);
}

TEST_F(PmBlockRegisters, ANarrowWriteToAStatusRegisterClearsOnlyItsOwnLanes) {
  pm.press_power_button();  // bit 8
  pm.raise(2);
  pm.raise(9);
  write(0, 1, 0xff);
  EXPECT_EQ(read(0, 2), 0x0100u);
  write(1, 1, 0x01);
  EXPECT_EQ(read(0, 2), 0u);
  write(0x21, 1, 0xff);
  EXPECT_EQ(read(0x20, 4), 0x0000'0004u);
  write(0x20, 2, 0x0000);
  EXPECT_EQ(read(0x20, 4), 0x0000'0004u);
  write(0x20, 1, 0x04);
  EXPECT_EQ(read(0x20, 4), 0u);
}

TEST_F(PmBlockRegisters, TheTimerShowsGuestTimeInEveryWidth) {
  clock.advance(std::chrono::seconds{1});  // 0x369E99 ticks
  EXPECT_EQ(read(8, 4), 0x0036'9e99u);
  EXPECT_EQ(read(8, 2), 0x9e99u);
  EXPECT_EQ(read(10, 2), 0x0036u);
  EXPECT_EQ(read(9, 1), 0x9eu);
}

TEST_F(PmBlockRegisters, SmiLockFreezesGlobalSmiEnableAndNothingElse) {
  write(0x30, 4, 0x21);
  pm.lock_smi_en();
  write(0x30, 4, 0x20);  // OVMF's check
  EXPECT_EQ(read(0x30, 4), 0x21u);
  write(0x30, 1, 0x00);
  EXPECT_EQ(read(0x30, 4), 0x01u);
}

TEST_F(PmBlockRegisters, SmiLockFreezesAClearBitToo) {
  pm.lock_smi_en();
  write(0x30, 4, 0x21);
  EXPECT_EQ(read(0x30, 4), 0x20u);
}

TEST_F(PmBlockRegisters, ResetUnlocksClearsAndStopsDecoding) {
  write(0x30, 4, 0x21);
  write(0x28, 4, 0xff);
  pm.lock_smi_en();
  pm.reset();
  EXPECT_EQ(pm.read({.offset = 0x30, .width = 4}).error(), IoFault::kNotDecoded);
  pm.set_decoded(true);
  EXPECT_EQ(read(0x30, 4), 0u);
  EXPECT_EQ(read(0x28, 4), 0u);
  write(0x30, 4, 0x01);
  EXPECT_EQ(read(0x30, 4), 1u);
}

TEST_F(PmBlockRegisters, SleepEnableReportsTheTypeWrittenWithIt) {
  write(4, 2, 0x2000);
  write(4, 2, 0x2400);
  EXPECT_EQ(sleeps, (std::vector{0, 1}));
  EXPECT_EQ(read(4, 2), 0x0400u);
}

TEST_F(PmBlockRegisters, SleepTypeWithoutSleepEnableDoesNothing) {
  write(4, 2, 0x1c00);
  EXPECT_TRUE(sleeps.empty());
}

TEST_F(PmBlockRegisters, SleepEnableByAByteWrite) {
  write(5, 1, 0x20 | 0x14);  // SLP_TYP 5
  EXPECT_EQ(sleeps, (std::vector{5}));
}

struct PmEnableSink : testing::Test, PmFixture {
  std::vector<PmEnables> told;
  PmEnableSink() {
    pm.set_enable_sink([this](const PmEnables& e) { told.push_back(e); });
  }
};

TEST_F(PmEnableSink, IsToldOfChangesOnly) {
  write(0x28, 1, 0x04);  // GPE0_EN
  write(0x28, 1, 0x04);
  write(0x20, 4, 0xffff'ffff);  // GPE0_STS
  write(0x04, 2, 0x0001);       // PM1_CNT.SCI_EN
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0], (PmEnables{false, 4}));
  EXPECT_EQ(told[1], (PmEnables{true, 4}));
  EXPECT_FALSE(pm.apm_written(0x02));  // on already
  EXPECT_EQ(told.size(), 2u);
  EXPECT_FALSE(pm.apm_written(0x03));
  ASSERT_EQ(told.size(), 3u);
  EXPECT_EQ(told[2], (PmEnables{false, 4}));
}

TEST_F(PmEnableSink, AfterAResetTheSameIsNewAgain) {
  write(0x2c, 4, 0x8000'0000);
  pm.reset();
  pm.set_decoded(true);
  EXPECT_EQ(told.size(), 1u) << "the reset itself is not told";
  write(0x2c, 4, 0x8000'0000);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[1], (PmEnables{false, 1ull << 63}));
}

}  // namespace
}  // namespace unpark::test
