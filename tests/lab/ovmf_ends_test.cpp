// SPDX-License-Identifier: Apache-2.0
// The ends of a machine under unmodified OVMF and Linux: every way to reboot, power-off, panic. And
// the stages of its boots, as the machine tells them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include "tests/lab/ovmf_fixture.h"

namespace unpark {
namespace {

using testing::HasSubstr;

class OvmfEnds : public OvmfTest {
 protected:
  template <class E>
  std::size_t count() {
    return machine().look<std::size_t>([](const Seen& s) { return s.count<E>(); });
  }
  template <class E>
  bool wait_for() {
    return machine().wait([](const Seen& s) { return s.count<E>() > 0; });
  }
  // Stages since the last reset, in the order in which they came.
  std::vector<BootStage> stages() {
    return machine().look<std::vector<BootStage>>([](const Seen& s) { return s.stages; });
  }
  static std::vector<BootStage> all_stages() {
    return {kAllBootStages.begin(), kAllBootStages.end()};
  }
};

// Linux's reboot=TYPE, which it also takes while it runs.
TEST_F(OvmfEnds, EveryWayToRebootComesUpAgainAndPowerOffEnds) {
  ASSERT_NO_FATAL_FAILURE(boot());
  spdlog::set_level(spdlog::level::debug);  // who asked for a reset
  EXPECT_EQ(stages(), all_stages()) << "of the first boot";
  // Port 0xCF9, by FADT's RESET_REG, is Linux's own choice: ovmf_linux_test.cpp reboots by it.
  const std::pair<const char*, const char*> ways[] = {{"kbd", "port 0x64"},
                                                      {"triple", "triple fault"}};
  // A hot-added CPU goes along (trap T25).
  ASSERT_EQ(machine().add(VcpuId{1}, "cpu1"), "");
  ASSERT_TRUE(guest().wait_inserted(VcpuId{1})) << guest().what_happened();
  unsigned boots = 1;
  for (const auto& [type, seen_as] : ways) {
    ASSERT_EQ(guest().sh(std::string("echo ") + type + " > /sys/kernel/reboot/type; " +
                         "cat /sys/kernel/reboot/type"),
              type);
    const std::size_t before = machine().log().size();
    machine().type("reboot -f\n");
    ASSERT_TRUE(guest().wait_up(++boots)) << type << guest().what_happened();
    EXPECT_EQ(count<event::Reset>(), boots - 1) << type;
    EXPECT_THAT(machine().log().substr(before), HasSubstr(seen_as)) << type;
    EXPECT_EQ(guest().sh(kOnlineCpus), "0-1") << type;
    EXPECT_EQ(stages(), all_stages()) << type;
    EXPECT_EQ(machine().run_state(), RunState::kRunning);
  }
  machine().type("poweroff -f\n");
  ASSERT_TRUE(wait_for<event::Shutdown>()) << guest().what_happened();
  EXPECT_EQ(machine().run_state(), RunState::kShutdown);
  const auto* end = machine().look<const event::Shutdown*>(
      [](const Seen& s) { return s.last<event::Shutdown>(); });
  EXPECT_TRUE(end->guest);
  EXPECT_EQ(end->reason, "guest-shutdown");
  EXPECT_EQ(count<event::Reset>(), boots - 1);
}

TEST_F(OvmfEnds, APanicRebootsIfTheOsSaysSoAndElseStopsTheMachineAndIsTold) {
  ASSERT_NO_FATAL_FAILURE(boot());
  // Without the driver of the panic device the OS has the last word.
  EXPECT_EQ(guest().sh("cat /sys/bus/acpi/devices/QEMU0001:00/path"), "\\_SB_.PCI0.LPC_.PANC");
  EXPECT_EQ(guest().sh("rmmod pvpanic-mmio && rmmod pvpanic && echo 1 > /proc/sys/kernel/panic && "
                       "echo 1 > /proc/sys/kernel/sysrq && echo ready"),
            "ready");
  machine().type("echo c > /proc/sysrq-trigger\n");
  ASSERT_TRUE(guest().wait_up(2)) << guest().what_happened();
  EXPECT_EQ(count<event::Reset>(), 1u);
  EXPECT_EQ(count<event::GuestPanicked>(), 0u);

  machine().type("echo 1 > /proc/sys/kernel/sysrq; echo c > /proc/sysrq-trigger\n");
  ASSERT_TRUE(wait_for<event::Stop>()) << guest().what_happened();
  EXPECT_EQ(count<event::GuestPanicked>(), 1u);
  EXPECT_EQ(machine().run_state(), RunState::kGuestPanicked);
  EXPECT_THAT(machine().log(), HasSubstr("the guest says that it panicked"));
  EXPECT_EQ(count<event::Reset>(), 1u);
  // What it ended as stays to be asked for.
  machine().on_loop([](Machine& m) { m.request_quit("host-qmp-quit"); });
  ASSERT_TRUE(wait_for<event::Shutdown>());
  EXPECT_EQ(machine().run_state(), RunState::kGuestPanicked);
}

}  // namespace
}  // namespace unpark
