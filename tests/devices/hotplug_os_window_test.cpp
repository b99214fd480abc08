// SPDX-License-Identifier: Apache-2.0
// What the OS's AML sees and may do.
#include "tests/devices/hotplug_fixture.h"

namespace unpark::test {
namespace {

class OsWindow : public testing::Test, protected HotplugFixture {};

TEST_F(OsWindow, AParkedCpuDoesNotExist) {
  plug(2);
  EXPECT_EQ(os.flags(2), 0u);
  EXPECT_EQ(os.scan(0), 0u);
}

TEST_F(OsWindow, ShowsTheInsertAfterTheClaimUntilAcknowledged) {
  plug(2);
  claim(2);
  EXPECT_EQ(os.flags(2), kEnabled | kInsert);
  EXPECT_EQ(os.scan(0), 2u);
  EXPECT_TRUE(os.set_flags(kInsert));
  EXPECT_EQ(os.flags(2), kEnabled);
  EXPECT_EQ(os.scan(0), 0u);
}

TEST_F(OsWindow, TellsTheHostOfAnAcknowledgementOnce) {
  plug(2);
  claim(2);
  os.select(2);
  EXPECT_TRUE(os.set_flags(kInsert));
  EXPECT_TRUE(os.set_flags(kInsert));
  EXPECT_EQ(host.acknowledged, (std::vector<RecordingHotplugHost::Acknowledged>{{2, true}}));
}

TEST_F(OsWindow, AcknowledgingAParkedCpuDoesNothing) {
  plug(2);
  os.select(2);
  EXPECT_TRUE(os.set_flags(kInsert));
  EXPECT_TRUE(os.set_flags(kRemove));
  EXPECT_EQ(smm.flags(2), kEnabled | kInsert);
  EXPECT_TRUE(host.acknowledged.empty());
}

TEST_F(OsWindow, ShowsARemovalUntilAcknowledged) {
  bring_up(2);
  ASSERT_TRUE(controller.request_removal(VcpuId{2}));
  EXPECT_EQ(os.flags(2), kEnabled | kRemove);
  EXPECT_EQ(os.scan(3), 2u);
  EXPECT_TRUE(os.set_flags(kRemove));
  EXPECT_EQ(os.flags(2), kEnabled);
  EXPECT_EQ(host.acknowledged, (std::vector<RecordingHotplugHost::Acknowledged>{{2, false}}));
}

TEST_F(OsWindow, InsertIsClearedBeforeRemoveWhenBothAreWritten) {
  plug(2);
  claim(2);
  ASSERT_TRUE(controller.request_removal(VcpuId{2}));
  EXPECT_EQ(os.flags(2), kEnabled | kInsert | kRemove);
  EXPECT_TRUE(os.set_flags(kInsert | kRemove));
  EXPECT_EQ(os.flags(2), kEnabled | kRemove);
}

TEST_F(OsWindow, TheFirstSetBitDecidesWhetherTheWriteIsRefused) {
  bring_up(2);
  os.select(2);
  EXPECT_TRUE(os.set_flags(kInsert | kEject | kFwRemove | kUnpark));
  EXPECT_TRUE(os.set_flags(kRemove | kEject));
  EXPECT_FALSE(os.set_flags(kEject));
  EXPECT_FALSE(os.set_flags(kFwRemove));
  EXPECT_FALSE(os.set_flags(kUnpark));
  EXPECT_EQ(controller.refusals().os, 3u);
  ASSERT_EQ(host.refused.size(), 3u);
  EXPECT_FALSE(host.refused[0].control_window);
  EXPECT_TRUE(host.refused[0].write);
  EXPECT_EQ(host.refused[0].value, kEject);
}

TEST_F(OsWindow, BitsWithoutMeaningAreIgnored) {
  os.select(0);
  EXPECT_TRUE(os.set_flags(0xc1));
  EXPECT_EQ(os.flags(), kEnabled);
  EXPECT_EQ(controller.refusals().os, 0u);
}

TEST_F(OsWindow, EjectIsRefused) {
  bring_up(2);
  ASSERT_TRUE(controller.request_removal(VcpuId{2}));
  os.select(2);
  EXPECT_TRUE(os.set_flags(kFwRemove));
  EXPECT_EQ(os.write(4, 1, kEject).error(), IoFault::kForbidden);
  EXPECT_TRUE(host.ejected.empty());
}

TEST_F(OsWindow, CommandThreeIsRefusedAndLeavesTheLastCommand) {
  os.select(2);
  os.command(0);
  EXPECT_EQ(os.write(5, 1, 3).error(), IoFault::kForbidden);
  EXPECT_EQ(os.data(), 2u);
  EXPECT_EQ(controller.refusals(VcpuId{0}).os, 1u);
}

// _OST: Store uid, CSEL; 1, CCMD; event, CDAT; 2, CCMD; status, CDAT.
TEST_F(OsWindow, ReportsAnOstOnceBothHalvesAreThere) {
  os.select(2);
  os.command(1);
  EXPECT_TRUE(os.write(8, 4, 0x0000'0200));
  EXPECT_TRUE(host.ospm.empty());
  os.command(2);
  EXPECT_TRUE(os.write(8, 4, 0x0403'0201));
  EXPECT_EQ(host.ospm, (std::vector<RecordingHotplugHost::Ospm>{{2, 0x200, 0x0403'0201}}));
}

TEST_F(OsWindow, AnOstEventOfOneCpuIsNotReportedForAnother) {
  os.select(2);
  os.command(1);
  EXPECT_TRUE(os.write(8, 4, 0x200));
  os.select(1);
  os.command(2);
  EXPECT_TRUE(os.write(8, 4, 7));
  EXPECT_EQ(host.ospm, (std::vector<RecordingHotplugHost::Ospm>{{1, 0, 7}}));
}

TEST_F(OsWindow, StaysUsableWhileTheGateIsOpen) {
  controller.set_smram_locked(false);
  plug(1);
  EXPECT_EQ(os.flags(1), 0u);
  EXPECT_EQ(os.flags(0), kEnabled);
}

TEST_F(OsWindow, SelectorOutOfRangeReadsZeroAndRefusesNothing) {
  os.select(4);
  EXPECT_TRUE(os.set_flags(0xff));
  EXPECT_TRUE(os.write(5, 1, 3));
  EXPECT_EQ(os.flags(), 0u);
  EXPECT_EQ(os.data(), 0u);
  EXPECT_EQ(controller.refusals().os, 0u);
}

}  // namespace
}  // namespace unpark::test
