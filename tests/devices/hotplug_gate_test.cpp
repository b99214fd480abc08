// SPDX-License-Identifier: Apache-2.0
// Who may unpark: SMM firmware, through the control window, and nobody else ever.
#include "tests/devices/hotplug_fixture.h"

namespace unpark::test {
namespace {

using Refused = RecordingHotplugHost::Refused;

class Gate : public testing::Test, protected HotplugFixture {
 protected:
  // Everything that a CPU outside SMM can write to a window.
  static void write_everything(const View& view) {
    for (std::uint32_t selector = 0; selector <= kPossible; ++selector)
      for (unsigned v = 0; v < 256; ++v) {
        view.select(selector);
        (void)view.set_flags(static_cast<std::uint8_t>(v));
        view.command(static_cast<std::uint8_t>(v));
        (void)view.write(8, 4, v);
      }
  }
};

TEST_F(Gate, RefusesEveryAccessFromOutsideSmmOnceSmramIsLocked) {
  plug(1);
  for (std::uint32_t offset = 0; offset < 12; ++offset)
    for (const std::uint8_t width : kWidths) {
      EXPECT_EQ(intruder.read(offset, width).error(), IoFault::kForbidden);
      EXPECT_EQ(intruder.write(offset, width, 0).error(), IoFault::kForbidden);
    }
}

TEST_F(Gate, CountsRefusalsForTheCpuThatTriedAndTellsTheHost) {
  (void)intruder.read(4, 1);
  (void)intruder.write(4, 1, kUnpark);
  EXPECT_EQ(controller.refusals(VcpuId{2}), (HotplugRefusals{.control = 2, .os = 0}));
  EXPECT_EQ(controller.refusals(VcpuId{0}), (HotplugRefusals{}));
  EXPECT_EQ(controller.refusals(), (HotplugRefusals{.control = 2, .os = 0}));
  EXPECT_EQ(host.refused, (std::vector<Refused>{{2, 4, true, false, 0}, {2, 4, true, true, 0x20}}));
}

TEST_F(Gate, DropsTheRefusedWrite) {
  smm.select(3);
  intruder.select(1);
  smm.command(0);
  EXPECT_EQ(smm.data(), 3u);
}

TEST_F(Gate, NothingOutsideSmmUnparksInEitherMode) {
  for (const bool explicit_unpark : {false, true}) {
    controller.set_explicit_unpark(explicit_unpark);
    if (!explicit_unpark) plug(1);
    write_everything(intruder);
    write_everything(os);
    EXPECT_EQ(smm.flags(1), kEnabled | kInsert | (explicit_unpark ? kFirmwareWork : 0));
  }
  EXPECT_TRUE(host.unparked.empty());
  EXPECT_TRUE(host.ejected.empty());
}

TEST_F(Gate, NothingOutsideSmmUnparksOrEjectsInTheFirmwarePhaseEither) {
  controller.set_smram_locked(false);
  plug(1);
  const View pei{controller.control_window(), false};
  for (const bool explicit_unpark : {false, true}) {
    controller.set_explicit_unpark(explicit_unpark);
    write_everything(pei);
    write_everything(os);
  }
  EXPECT_TRUE(host.unparked.empty());
  EXPECT_TRUE(host.ejected.empty());
}

TEST_F(Gate, FirmwarePhaseBitsThreeAndFiveOutsideSmmAreCountedAsRefusals) {
  controller.set_smram_locked(false);
  plug(1);
  intruder.select(1);
  EXPECT_EQ(intruder.write(4, 1, kUnpark).error(), IoFault::kForbidden);
  EXPECT_EQ(intruder.write(4, 1, kEject).error(), IoFault::kForbidden);
  EXPECT_EQ(controller.refusals(VcpuId{2}).control, 2u);
}

TEST_F(Gate, OsWindowUnparkIsRefusedAndCountedEvenFromSmm) {
  controller.set_explicit_unpark(true);
  plug(1);
  const View os_in_smm{controller.os_window(), true, 3};
  for (const View& view : {os, os_in_smm}) {
    view.select(1);
    EXPECT_EQ(view.write(4, 1, kUnpark).error(), IoFault::kForbidden);
  }
  EXPECT_EQ(controller.refusals(VcpuId{0}).os, 1u);
  EXPECT_EQ(controller.refusals(VcpuId{3}).os, 1u);
  EXPECT_TRUE(host.unparked.empty());
}

TEST_F(Gate, ExplicitClaimUnparksTheSelectedCpu) {
  controller.set_explicit_unpark(true);
  plug(1);
  plug(2);
  smm.select(2);
  ASSERT_TRUE(smm.set_flags(kUnpark));
  EXPECT_EQ(host.unparked, (std::vector<std::uint32_t>{2}));
  EXPECT_EQ(smm.flags(2), kEnabled | kFirmwareWork);
  EXPECT_EQ(smm.flags(1), kEnabled | kInsert | kFirmwareWork);
  smm.select(1);
  ASSERT_TRUE(smm.set_flags(kUnpark));
  EXPECT_EQ(smm.flags(1), kEnabled);
}

TEST_F(Gate, WithExplicitUnparkOneReadOfAnySlotTellsFirmwareOfWork) {
  controller.set_explicit_unpark(true);
  EXPECT_EQ(smm.flags(0), kEnabled);
  plug(3);
  EXPECT_EQ(smm.flags(0), kEnabled | kFirmwareWork);
  EXPECT_EQ(os.flags(0), kEnabled);
  EXPECT_EQ(intruder.flags(0), 0xdeadu);
  smm.select(3);
  ASSERT_TRUE(smm.set_flags(kUnpark));
  EXPECT_EQ(smm.flags(0), kEnabled);
  // The insert that the OS has yet to see is no work for the firmware; its agreement to a removal
  // is.
  ASSERT_TRUE(controller.request_removal(VcpuId{3}));
  EXPECT_EQ(smm.flags(0), kEnabled);
  os.select(3);
  ASSERT_TRUE(os.set_flags(kFwRemove));
  EXPECT_EQ(smm.flags(0), kEnabled | kFirmwareWork);
  smm.select(3);
  ASSERT_TRUE(smm.set_flags(kEject));
  EXPECT_EQ(smm.flags(0), kEnabled);
}

TEST_F(Gate, WithoutExplicitUnparkTheFlagsAreThoseOfQemu) {
  plug(1);
  EXPECT_EQ(smm.flags(0), kEnabled);
  EXPECT_EQ(smm.flags(1), kEnabled | kInsert);
}

TEST_F(Gate, InExplicitModeCommandThreeOnlyReadsTheArchId) {
  controller.set_explicit_unpark(true);
  plug(2);
  smm.select(2);
  smm.command(3);
  EXPECT_EQ(smm.data(), 2u);
  EXPECT_TRUE(host.unparked.empty());
}

TEST_F(Gate, InImplicitModeBitFiveDoesNothing) {
  plug(2);
  smm.select(2);
  EXPECT_TRUE(smm.set_flags(kUnpark));
  EXPECT_TRUE(host.unparked.empty());
}

TEST_F(Gate, ACpuWithoutAPendingInsertIsNotUnparkedAgain) {
  claim(0);  // cold-boot
  claim(3);  // absent
  plug(1);
  claim(1);
  claim(1);  // claimed before
  controller.set_explicit_unpark(true);
  for (const std::uint32_t cpu : {0u, 1u, 3u}) {
    smm.select(cpu);
    EXPECT_TRUE(smm.set_flags(kUnpark));
  }
  EXPECT_EQ(host.unparked, (std::vector<std::uint32_t>{1}));
}

TEST_F(Gate, AFailedUnparkLeavesTheCpuUnclaimedAndCanBeTriedAgain) {
  plug(1);
  host.unpark_succeeds = false;
  claim(1);
  EXPECT_EQ(slot(1).state, SlotState::kInserted);
  EXPECT_EQ(smm.flags(1), kEnabled | kInsert);
  EXPECT_EQ(os.flags(1), 0u);
  host.unpark_succeeds = true;
  claim(1);
  EXPECT_EQ(host.unparked, (std::vector<std::uint32_t>{1, 1}));
  EXPECT_EQ(os.flags(1), kEnabled | kInsert);
}

TEST_F(Gate, EarlierActionsWinOverUnpark) {
  controller.set_explicit_unpark(true);
  plug(1);
  smm.select(1);
  for (const std::uint8_t earlier : {kInsert, kRemove, kEject, kFwRemove})
    EXPECT_TRUE(smm.set_flags(earlier | kUnpark));
  EXPECT_TRUE(host.unparked.empty());
}

TEST_F(Gate, TheHostIsCalledWithoutTheLockHeld) {
  plug(1);
  SlotState during = SlotState::kAbsent;
  host.during_unpark = [&] {
    during = slot(1).state;
    smm.select(1);
    smm.command(3);  // a second claim while the first is being done
  };
  claim(1);
  EXPECT_EQ(during, SlotState::kClaiming);
  EXPECT_EQ(host.unparked, (std::vector<std::uint32_t>{1}));
}

TEST_F(Gate, OpensAgainAtReset) {
  controller.set_explicit_unpark(true);
  controller.reset(std::vector{VcpuId{0}});
  EXPECT_EQ(intruder.flags(0), kEnabled);
  plug(1);
  claim(1);  // implicit again
  EXPECT_EQ(host.unparked, (std::vector<std::uint32_t>{1}));
}

}  // namespace
}  // namespace unpark::test
