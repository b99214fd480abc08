// SPDX-License-Identifier: Apache-2.0
// Hotplug controller and PM block together: an OS that does what ACPICA does must miss no CPU, and
// must not be called for ever.
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "devices/hotplug_controller.h"
#include "tests/devices/pm_fixture.h"
#include "tests/fakes/recording_hotplug_host.h"

namespace unpark::test {
namespace {

class HotplugGpe : public testing::Test, protected PmFixture {
 protected:
  HotplugGpe() {
    controller.reset(std::vector{VcpuId{0}});
    controller.set_smram_locked(true);
  }
  // The OS takes over: everything cleared, then GPE 2 and the SCI enabled.
  void start_os() {
    write(0x28, 1, 0x00);
    write(0x20, 1, 0xff);
    write(4, 2, 0x0001);
    write(0x28, 1, 0x04);
  }
  // One run of the GPE handler: masked, cleared, _E02 with the firmware's part in it, unmasked.
  void handle_gpe(bool firmware_claims) {
    ++handled;
    write(0x28, 1, 0x00);
    write(0x20, 1, 0x04);
    const auto control_write = [&](std::uint32_t offset, std::uint8_t width, std::uint64_t v) {
      (void)control->write({.offset = offset, .width = width, .in_smm = true}, v);
    };
    for (std::uint32_t cpu = 1; firmware_claims && cpu < 4; ++cpu) {
      control_write(0, 4, cpu);
      control_write(5, 1, 3);
    }
    for (std::uint32_t cpu = 1; cpu < 4; ++cpu) {
      (void)os->write({.offset = 0, .width = 4}, cpu);
      const auto flags = os->read({.offset = 4, .width = 1}).value_or(0);
      if ((flags & 0x02) == 0) continue;
      notified.push_back(cpu);
      (void)os->write({.offset = 4, .width = 1}, 0x02);
    }
    write(0x28, 1, 0x04);
  }
  void serve_sci(bool firmware_claims) {
    while (sci.level() && handled < 100) handle_gpe(firmware_claims);
  }

  RecordingHotplugHost host;
  HotplugController controller{4, host, pm};
  std::shared_ptr<IoDevice> control = controller.control_window();
  std::shared_ptr<IoDevice> os = controller.os_window();
  std::vector<std::uint32_t> notified;
  int handled = 0;
};

TEST_F(HotplugGpe, AnAddCallsTheHandlerOnce) {
  start_os();
  ASSERT_TRUE(controller.plug(VcpuId{2}));
  serve_sci(true);
  EXPECT_EQ(notified, (std::vector<std::uint32_t>{2}));
  EXPECT_EQ(handled, 1);
}

TEST_F(HotplugGpe, AnAddBeforeTheOsIsNotLost) {
  ASSERT_TRUE(controller.plug(VcpuId{2}));
  EXPECT_FALSE(sci.level());
  start_os();
  serve_sci(true);
  EXPECT_EQ(notified, (std::vector<std::uint32_t>{2}));
  EXPECT_EQ(handled, 1);
}

TEST_F(HotplugGpe, AnAddThatTheFirmwareNeverClaimsDoesNotStormTheOs) {
  start_os();
  ASSERT_TRUE(controller.plug(VcpuId{2}));
  serve_sci(false);
  EXPECT_TRUE(notified.empty());
  EXPECT_EQ(handled, 1 + 16);
  EXPECT_FALSE(sci.level());
}

TEST_F(HotplugGpe, AfterAStormANewAddIsServedAndTheOldOneWithIt) {
  start_os();
  ASSERT_TRUE(controller.plug(VcpuId{2}));
  serve_sci(false);
  handled = 0;
  ASSERT_TRUE(controller.plug(VcpuId{1}));
  serve_sci(true);
  EXPECT_EQ(notified, (std::vector<std::uint32_t>{1, 2}));
  EXPECT_EQ(handled, 1);
}

TEST_F(HotplugGpe, WithTheVmmAsTriggerTheOsHearsOfAnAddWhenItIsClaimed) {
  controller.set_trigger(HotplugTrigger::kVmm);
  start_os();
  ASSERT_TRUE(controller.plug(VcpuId{2}));
  EXPECT_FALSE(sci.level());
  (void)control->write({.offset = 0, .width = 4, .in_smm = true}, 2);
  (void)control->write({.offset = 5, .width = 1, .in_smm = true}, 3);
  serve_sci(false);
  EXPECT_EQ(notified, (std::vector<std::uint32_t>{2}));
  EXPECT_EQ(handled, 1);
}

}  // namespace
}  // namespace unpark::test
