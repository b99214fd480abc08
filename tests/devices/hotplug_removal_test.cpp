// SPDX-License-Identifier: Apache-2.0
// A CPU leaves only if the host asks, the OS agrees and the firmware ejects it.
#include "tests/devices/hotplug_fixture.h"

namespace unpark::test {
namespace {

class Removal : public testing::Test, protected HotplugFixture {
 protected:
  void agree(std::uint32_t cpu) {
    ASSERT_TRUE(controller.request_removal(VcpuId{cpu}));
    os.select(cpu);
    ASSERT_TRUE(os.set_flags(kRemove));
    ASSERT_TRUE(os.set_flags(kFwRemove));
  }
  bool eject(std::uint32_t cpu) {
    smm.select(cpu);
    return smm.set_flags(kEject);
  }
};

TEST_F(Removal, TakesHostOsAndFirmware) {
  bring_up(2);
  agree(2);
  EXPECT_EQ(smm.flags(2), kEnabled | kFwRemove);
  EXPECT_TRUE(eject(2));
  EXPECT_EQ(host.ejected, (std::vector<std::uint32_t>{2}));
  EXPECT_EQ(smm.flags(2), 0u);
  EXPECT_EQ(os.flags(2), 0u);
  EXPECT_EQ(slot(2), HotplugSlot{});
}

TEST_F(Removal, TheCpuIsEnabledUntilTheHostHasStoppedIt) {
  bring_up(2);
  agree(2);
  std::uint64_t during = 0;
  host.during_eject = [&] { during = smm.flags(2); };
  EXPECT_TRUE(eject(2));
  EXPECT_EQ(during, kEnabled | kFwRemove);
}

TEST_F(Removal, TheOsMayNotAgreeWithoutTheHostsRequest) {
  bring_up(2);
  os.select(2);
  EXPECT_FALSE(os.set_flags(kFwRemove));
  EXPECT_EQ(smm.flags(2), kEnabled);
  EXPECT_EQ(controller.refusals().os, 1u);
}

TEST_F(Removal, TheOsMayAgreeAfterAcknowledgingTheRequest) {
  bring_up(2);
  agree(2);
  EXPECT_TRUE(slot(2).firmware_remove);
}

TEST_F(Removal, GuestEjectAllowedLetsTheOsShedAnyCpuButTheBootCpu) {
  bring_up(2);
  controller.set_guest_eject_allowed(true);
  os.select(2);
  EXPECT_TRUE(os.set_flags(kFwRemove));
  os.select(0);
  EXPECT_FALSE(os.set_flags(kFwRemove));
  os.select(3);
  EXPECT_FALSE(os.set_flags(kFwRemove));  // absent
  EXPECT_EQ(smm.flags(0), kEnabled);
  EXPECT_EQ(smm.flags(2), kEnabled | kFwRemove);
}

TEST_F(Removal, GuestEjectAllowedDoesNotReachAParkedCpu) {
  controller.set_guest_eject_allowed(true);
  plug(1);
  os.select(1);
  EXPECT_FALSE(os.set_flags(kFwRemove));
  EXPECT_EQ(smm.flags(1), kEnabled | kInsert);
}

TEST_F(Removal, AnInsertIsNeverPresentedTogetherWithFwRemove) {
  plug(2);
  claim(2);  // the OS has not acknowledged the insert
  ASSERT_TRUE(controller.request_removal(VcpuId{2}));
  os.select(2);
  EXPECT_TRUE(os.set_flags(kFwRemove));
  EXPECT_EQ(os.flags(2), kEnabled | kRemove | kFwRemove);
  EXPECT_EQ(smm.flags(2), kEnabled | kRemove | kFwRemove);
}

TEST_F(Removal, FirmwareCannotMarkTheBootCpuAnAbsentOrAParkedCpu) {
  plug(1);
  for (const std::uint32_t cpu : {0u, 1u, 3u}) {
    smm.select(cpu);
    EXPECT_TRUE(smm.set_flags(kFwRemove));
    EXPECT_FALSE(slot(cpu).firmware_remove);
  }
}

TEST_F(Removal, EjectOfTheBootCpuAnAbsentOrAParkedCpuIsIgnored) {
  plug(1);
  EXPECT_TRUE(eject(0));
  EXPECT_TRUE(eject(1));
  EXPECT_TRUE(eject(3));
  EXPECT_TRUE(host.ejected.empty());
  EXPECT_EQ(smm.flags(1), kEnabled | kInsert);
}

TEST_F(Removal, TheBootCpuIsNotEjectedByAnotherCpuEither) {
  bring_up(2);
  const View other{controller.control_window(), true, 2};
  other.select(0);
  EXPECT_TRUE(other.set_flags(kEject));
  EXPECT_TRUE(host.ejected.empty());
}

TEST_F(Removal, ACpuCannotEjectItself) {
  bring_up(2);
  const View self{controller.control_window(), true, 2};
  self.select(2);
  EXPECT_TRUE(self.set_flags(kEject));
  EXPECT_TRUE(host.ejected.empty());
  EXPECT_EQ(slot(2).state, SlotState::kPresent);
}

TEST_F(Removal, TwoCpusCannotEjectEachOther) {
  bring_up(1);
  bring_up(2);
  host.during_eject = [&] {
    const View doomed{controller.control_window(), true, 2};
    doomed.select(1);
    EXPECT_TRUE(doomed.set_flags(kEject));
  };
  const View first{controller.control_window(), true, 1};
  first.select(2);
  EXPECT_TRUE(first.set_flags(kEject));
  EXPECT_EQ(host.ejected, (std::vector<std::uint32_t>{2}));
  host.during_eject = nullptr;
  EXPECT_TRUE(eject(1));  // afterwards there is no obstacle
  EXPECT_EQ(host.ejected, (std::vector<std::uint32_t>{2, 1}));
}

TEST_F(Removal, AFailedEjectLeavesEverythingAsItWas) {
  bring_up(2);
  agree(2);
  host.eject_succeeds = false;
  EXPECT_TRUE(eject(2));
  EXPECT_EQ(smm.flags(2), kEnabled | kFwRemove);
  host.eject_succeeds = true;
  EXPECT_TRUE(eject(2));
  EXPECT_EQ(smm.flags(2), 0u);
}

TEST_F(Removal, AnEjectedSlotCanBePluggedAgainAndStartsFresh) {
  bring_up(2);
  agree(2);
  ASSERT_TRUE(eject(2));
  plug(2);
  EXPECT_EQ(smm.flags(2), kEnabled | kInsert);
  EXPECT_EQ(os.flags(2), 0u);
}

TEST_F(Removal, ARequestForAnEjectedCpuDoesNotOutliveIt) {
  bring_up(2);
  agree(2);
  ASSERT_TRUE(eject(2));
  bring_up(2);
  os.select(2);
  EXPECT_FALSE(os.set_flags(kFwRemove));
}

TEST_F(Removal, CancelTakesTheOsRightToAgreeBack) {
  bring_up(2);
  ASSERT_TRUE(controller.request_removal(VcpuId{2}));
  ASSERT_TRUE(controller.cancel_removal(VcpuId{2}));
  EXPECT_EQ(os.flags(2), kEnabled);
  EXPECT_FALSE(os.set_flags(kFwRemove));
}

TEST_F(Removal, FirmwareMayClearARemovalWithoutTheHostHearingOfAnOsAnswer) {
  bring_up(2);
  ASSERT_TRUE(controller.request_removal(VcpuId{2}));
  smm.select(2);
  EXPECT_TRUE(smm.set_flags(kRemove));
  EXPECT_EQ(os.flags(2), kEnabled);
  EXPECT_TRUE(host.acknowledged.empty());
}

}  // namespace
}  // namespace unpark::test
