// SPDX-License-Identifier: Apache-2.0
// The host's orders: which are legal when, what the GPE hears of them, and what reset leaves.
#include "tests/devices/hotplug_fixture.h"

namespace unpark::test {
namespace {

using Reports = std::vector<RecordingGpe::Report>;

class Orders : public testing::Test, protected HotplugFixture {};

TEST_F(Orders, OutOfRangeSlotsAreRefused) {
  const VcpuId beyond{4};
  EXPECT_EQ(controller.plug(beyond).error(), HotplugError::kNoSuchSlot);
  EXPECT_EQ(controller.withdraw(beyond).error(), HotplugError::kNoSuchSlot);
  EXPECT_EQ(controller.request_removal(beyond).error(), HotplugError::kNoSuchSlot);
  EXPECT_EQ(controller.cancel_removal(beyond).error(), HotplugError::kNoSuchSlot);
  EXPECT_EQ(controller.slot(beyond).error(), HotplugError::kNoSuchSlot);
}

TEST_F(Orders, ASlotTakesOneCpu) {
  EXPECT_EQ(controller.plug(VcpuId{0}).error(), HotplugError::kOccupied);
  plug(1);
  EXPECT_EQ(controller.plug(VcpuId{1}).error(), HotplugError::kOccupied);
  claim(1);
  EXPECT_EQ(controller.plug(VcpuId{1}).error(), HotplugError::kOccupied);
}

TEST_F(Orders, WithdrawTakesOnlyACpuThatWasNeverClaimed) {
  EXPECT_EQ(controller.withdraw(VcpuId{1}).error(), HotplugError::kEmpty);
  plug(1);
  EXPECT_TRUE(controller.withdraw(VcpuId{1}));
  EXPECT_EQ(smm.flags(1), 0u);
  plug(1);
  claim(1);
  EXPECT_EQ(controller.withdraw(VcpuId{1}).error(), HotplugError::kClaimed);
}

TEST_F(Orders, WithdrawIsRefusedWhileTheFirmwareIsClaiming) {
  plug(1);
  host.during_unpark = [&] {
    EXPECT_EQ(controller.withdraw(VcpuId{1}).error(), HotplugError::kClaimed);
  };
  claim(1);
  EXPECT_EQ(slot(1).state, SlotState::kPresent);
}

TEST_F(Orders, RemovalIsRefusedForBootAbsentAndParkedCpus) {
  EXPECT_EQ(controller.request_removal(VcpuId{0}).error(), HotplugError::kBootCpu);
  EXPECT_EQ(controller.request_removal(VcpuId{1}).error(), HotplugError::kEmpty);
  plug(1);
  EXPECT_EQ(controller.request_removal(VcpuId{1}).error(), HotplugError::kNotClaimed);
}

TEST_F(Orders, RemovalMayBeAskedForAgainUntilTheOsAgrees) {
  bring_up(2);
  EXPECT_TRUE(controller.request_removal(VcpuId{2}));
  os.select(2);
  EXPECT_TRUE(os.set_flags(kRemove));
  EXPECT_TRUE(controller.request_removal(VcpuId{2}));
  EXPECT_EQ(os.flags(2), kEnabled | kRemove);
  EXPECT_TRUE(os.set_flags(kFwRemove));
  EXPECT_EQ(controller.request_removal(VcpuId{2}).error(), HotplugError::kRemovalUnderWay);
  EXPECT_EQ(controller.cancel_removal(VcpuId{2}).error(), HotplugError::kRemovalUnderWay);
}

TEST_F(Orders, CancelNeedsARequest) {
  bring_up(2);
  EXPECT_EQ(controller.cancel_removal(VcpuId{2}).error(), HotplugError::kNotAsked);
  EXPECT_EQ(controller.cancel_removal(VcpuId{3}).error(), HotplugError::kNotAsked);
}

TEST_F(Orders, EveryErrorHasASentenceOfItsOwn) {
  std::vector<std::string_view> seen;
  for (int e = 0; e <= static_cast<int>(HotplugError::kRemovalUnderWay); ++e) {
    const std::string_view text = describe(static_cast<HotplugError>(e));
    for (const auto& other : seen) EXPECT_NE(text, other);
    EXPECT_NE(text, "unknown error");
    seen.push_back(text);
  }
}

TEST_F(Orders, PlugAndRemovalRaiseGpeTwo) {
  plug(1);
  EXPECT_EQ(gpe.raised, (std::vector<unsigned>{2}));
  claim(1);
  EXPECT_EQ(gpe.raised, (std::vector<unsigned>{2}));
  ASSERT_TRUE(controller.request_removal(VcpuId{1}));
  EXPECT_EQ(gpe.raised, (std::vector<unsigned>{2, 2}));
}

TEST_F(Orders, WithTheVmmAsTriggerTheOsIsToldAtTheClaim) {
  controller.set_trigger(HotplugTrigger::kVmm);
  plug(1);
  EXPECT_TRUE(gpe.raised.empty());
  claim(1);
  EXPECT_EQ(gpe.raised, (std::vector<unsigned>{2}));
}

TEST_F(Orders, ARefusedOrderRaisesNothing) {
  (void)controller.plug(VcpuId{0});
  (void)controller.request_removal(VcpuId{0});
  (void)controller.withdraw(VcpuId{3});
  EXPECT_TRUE(gpe.raised.empty());
  EXPECT_TRUE(gpe.reports.empty());
}

TEST_F(Orders, EventsAreUnconsumedUntilTheOsHasAcknowledgedTheLast) {
  EXPECT_FALSE(controller.events_unconsumed());
  plug(1);
  EXPECT_TRUE(controller.events_unconsumed());
  claim(1);
  EXPECT_TRUE(controller.events_unconsumed());
  os.select(1);
  EXPECT_TRUE(os.set_flags(kInsert));
  EXPECT_FALSE(controller.events_unconsumed());
  EXPECT_EQ(gpe.reports, (Reports{{2, true}, {2, true}, {2, false}}));
}

TEST_F(Orders, AnEjectConsumesWhatTheOsNeverAcknowledged) {
  bring_up(2);
  ASSERT_TRUE(controller.request_removal(VcpuId{2}));
  EXPECT_TRUE(controller.events_unconsumed());
  smm.select(2);
  EXPECT_TRUE(smm.set_flags(kEject));
  EXPECT_FALSE(controller.events_unconsumed());
  EXPECT_EQ(gpe.reports.back(), (RecordingGpe::Report{2, false}));
}

TEST_F(Orders, AccessesThatConsumeNothingReportNoProgress) {
  plug(1);
  gpe = {};
  os.select(1);
  EXPECT_TRUE(os.set_flags(kInsert));
  EXPECT_TRUE(os.set_flags(kRemove));
  (void)os.scan(0);
  (void)smm.scan(0);
  EXPECT_TRUE(gpe.reports.empty());
}

TEST_F(Orders, ResetMakesColdBootCpusOfWhateverIsPresent) {
  bring_up(1);
  ASSERT_TRUE(controller.request_removal(VcpuId{1}));
  plug(2);
  controller.reset(std::vector{VcpuId{0}, VcpuId{1}, VcpuId{2}, VcpuId{77}});
  for (const std::uint32_t cpu : {0u, 1u, 2u}) {
    EXPECT_EQ(smm.flags(cpu), kEnabled);
    EXPECT_EQ(os.flags(cpu), kEnabled);
  }
  EXPECT_EQ(smm.flags(3), 0u);
  EXPECT_FALSE(controller.events_unconsumed());
  EXPECT_EQ(gpe.reports.back(), (RecordingGpe::Report{2, false}));
}

TEST_F(Orders, AnUnparkThatFinishesAfterAResetChangesNothing) {
  plug(1);
  host.during_unpark = [&] { controller.reset(std::vector{VcpuId{0}}); };
  claim(1);
  EXPECT_EQ(slot(1), HotplugSlot{});
}

TEST_F(Orders, AnEjectThatFinishesAfterAResetChangesNothing) {
  bring_up(2);
  host.during_eject = [&] { controller.reset(std::vector{VcpuId{0}, VcpuId{2}}); };
  smm.select(2);
  EXPECT_TRUE(smm.set_flags(kEject));
  EXPECT_EQ(slot(2).state, SlotState::kPresent);
}

TEST_F(Orders, RefusalCountersSurviveAReset) {
  (void)intruder.read(4, 1);
  controller.reset(std::vector{VcpuId{0}});
  EXPECT_EQ(controller.refusals(VcpuId{2}).control, 1u);
}

TEST_F(Orders, ARefusalByACpuThatIsNoneOfTheMachineIsCountedInTheTotal) {
  const View stranger{controller.control_window(), false, 99};
  (void)stranger.read(4, 1);
  EXPECT_EQ(controller.refusals().control, 1u);
  EXPECT_EQ(controller.refusals(VcpuId{99}).control, 0u);
}

}  // namespace
}  // namespace unpark::test
