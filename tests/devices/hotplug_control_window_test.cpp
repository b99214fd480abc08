// SPDX-License-Identifier: Apache-2.0
// What the firmware sees and may do. ovmf-style walks are written out as the firmware does them.
#include "tests/devices/hotplug_fixture.h"

namespace unpark::test {
namespace {

using Refusals = HotplugRefusals;

class ControlWindow : public testing::Test, protected HotplugFixture {};

TEST_F(ControlWindow, ShowsColdBootCpusEnabledAndWithoutEvents) {
  EXPECT_EQ(smm.flags(0), kEnabled);
  EXPECT_EQ(smm.flags(1), 0u);
}

TEST_F(ControlWindow, ShowsAnInsertFromThePlugUntilTheClaim) {
  plug(2);
  EXPECT_EQ(smm.flags(2), kEnabled | kInsert);
  claim(2);
  EXPECT_EQ(smm.flags(2), kEnabled);
}

// PlatformPei, outside SMM, before the lock: it counts present and possible CPUs.
TEST_F(ControlWindow, LetsTheFirmwarePhaseCountCpus) {
  controller.reset(std::vector{VcpuId{0}, VcpuId{2}});
  const View pei{controller.control_window(), false};
  pei.select(0);
  pei.select(0);
  pei.command(0);
  EXPECT_EQ(*pei.read(0, 4), 0u);  // modern interface
  pei.select(0);
  std::uint64_t present = 0, possible = 0;
  for (std::uint32_t i = 0;; ++i) {
    present += pei.flags() & 1;
    ++possible;
    pei.select(i + 1);
    if (pei.data() != i + 1) break;
    ASSERT_LT(i, 100u);
  }
  EXPECT_EQ(present, 2u);
  EXPECT_EQ(possible, 4u);
}

// CpuHotplugSmm's loop at each SMI.
TEST_F(ControlWindow, LetsTheFirmwareCollectEveryInsertOnce) {
  plug(1);
  plug(3);
  std::vector<std::uint64_t> apic_ids;
  for (std::uint32_t cur = 0; cur < kPossible; ++cur) {
    smm.select(cur);
    smm.command(0);
    const auto next = static_cast<std::uint32_t>(smm.data());
    if (next < cur) break;
    cur = next;
    if ((smm.flags() & kInsert) == 0) break;
    EXPECT_EQ(smm.flags(), kEnabled | kInsert);
    smm.command(3);
    apic_ids.push_back(smm.data());
  }
  EXPECT_EQ(apic_ids, (std::vector<std::uint64_t>{1, 3}));
  EXPECT_EQ(host.unparked, (std::vector<std::uint32_t>{1, 3}));
}

TEST_F(ControlWindow, ArchIdIsTheApicIdWithAnEmptyHighHalf) {
  smm.select(3);
  smm.command(3);
  EXPECT_EQ(smm.data(), 3u);
  EXPECT_EQ(*smm.read(0, 4), 0u);
}

TEST_F(ControlWindow, CommandDataIsZeroAfterAnOstCommand) {
  smm.select(3);
  smm.command(1);
  EXPECT_EQ(smm.data(), 0u);
  smm.command(2);
  EXPECT_EQ(smm.data(), 0u);
}

TEST_F(ControlWindow, UnknownCommandsLeaveTheLastOneInForce) {
  smm.select(2);
  smm.command(1);
  for (unsigned c = 4; c < 256; ++c) smm.command(static_cast<std::uint8_t>(c));
  EXPECT_EQ(smm.data(), 0u);
}

TEST_F(ControlWindow, CommandZeroScansFromTheSelectorOnAndWraps) {
  plug(1);
  EXPECT_EQ(smm.scan(1), 1u);
  EXPECT_EQ(smm.scan(2), 1u);
  EXPECT_EQ(smm.scan(0), 1u);
}

TEST_F(ControlWindow, CommandZeroStaysWhereItIsWhenNothingIsPending) {
  EXPECT_EQ(smm.scan(2), 2u);
}

TEST_F(ControlWindow, CommandZeroFindsRemovalsAndAgreedRemovals) {
  bring_up(2);
  ASSERT_TRUE(controller.request_removal(VcpuId{2}));
  EXPECT_EQ(smm.scan(0), 2u);
  os.select(2);
  ASSERT_TRUE(os.set_flags(kRemove));
  EXPECT_EQ(smm.scan(0), 0u);
  ASSERT_TRUE(os.set_flags(kFwRemove));
  EXPECT_EQ(smm.scan(0), 2u);
}

TEST_F(ControlWindow, SelectorOutOfRangeReadsZeroAndTakesNoWriteButTheSelector) {
  plug(1);
  for (const std::uint32_t selector : {4u, 0x7fff'ffffu, 0xffff'ffffu}) {
    smm.select(selector);
    smm.command(3);
    EXPECT_TRUE(smm.set_flags(0xff));
    EXPECT_TRUE(smm.write(8, 4, 0xffff'ffff));
    EXPECT_EQ(smm.flags(), 0u);
    EXPECT_EQ(smm.data(), 0u);
    EXPECT_EQ(*smm.read(0, 4), 0u);
  }
  EXPECT_EQ(smm.flags(1), kEnabled | kInsert);
  EXPECT_TRUE(host.unparked.empty());
}

TEST_F(ControlWindow, FlagsAndCommandTakeBytesAndTheOthersDwords) {
  for (const std::uint8_t width : kWidths) {
    for (const std::uint32_t offset : {0u, 8u}) {
      EXPECT_EQ(smm.read(offset, width).has_value(), width == 4) << offset << ' ' << int{width};
      EXPECT_EQ(smm.write(offset, width, 0).has_value(), width == 4);
    }
    for (const std::uint32_t offset : {4u, 5u}) {
      EXPECT_EQ(smm.read(offset, width).has_value(), width == 1) << offset << ' ' << int{width};
      EXPECT_EQ(smm.write(offset, width, 0).has_value(), width == 1);
    }
  }
  EXPECT_EQ(smm.read(0, 2).error(), IoFault::kBadWidth);
  EXPECT_EQ(smm.read(1, 1).error(), IoFault::kUnaligned);
  EXPECT_EQ(smm.read(6, 1).error(), IoFault::kBadOffset);
}

TEST_F(ControlWindow, CommandRegisterReadsZero) {
  smm.command(3);
  EXPECT_EQ(*smm.read(5, 1), 0u);
}

TEST_F(ControlWindow, ClearingAnInsertThereLosesNothing) {
  plug(1);
  smm.select(1);
  EXPECT_TRUE(smm.set_flags(kInsert));
  EXPECT_EQ(smm.flags(1), kEnabled | kInsert);
}

TEST_F(ControlWindow, ClearingAnInsertThereLeavesTheOsItsOwn) {
  plug(1);
  claim(1);
  smm.select(1);
  EXPECT_TRUE(smm.set_flags(kInsert));
  EXPECT_EQ(os.flags(1), kEnabled | kInsert);
}

TEST_F(ControlWindow, MayAnswerAnOst) {
  smm.select(2);
  smm.command(1);
  EXPECT_TRUE(smm.write(8, 4, 0x103));
  smm.command(2);
  EXPECT_TRUE(smm.write(8, 4, 0x80));
  EXPECT_EQ(host.ospm, (std::vector<RecordingHotplugHost::Ospm>{{2, 0x103, 0x80}}));
}

TEST_F(ControlWindow, HasItsOwnSelectorCommandAndLatch) {
  smm.select(3);
  smm.command(1);
  EXPECT_TRUE(smm.write(8, 4, 0x77));
  os.select(1);
  os.command(2);
  EXPECT_TRUE(os.write(8, 4, 5));
  EXPECT_EQ(host.ospm, (std::vector<RecordingHotplugHost::Ospm>{{1, 0, 5}}));
  smm.command(0);
  EXPECT_EQ(smm.data(), 3u);
}

}  // namespace
}  // namespace unpark::test
