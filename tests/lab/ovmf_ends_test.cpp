// SPDX-License-Identifier: Apache-2.0
// The ends of a machine under unmodified OVMF and Linux: every way to reboot, power-off, panic. And
// the stages of its boots, as the machine tells them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include "tests/lab/linux_guest.h"
#include "tests/lab/smm_required.h"

namespace unpark {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class OvmfEnds : public SmmRequired {
 protected:
  void SetUp() override {
    SmmRequired::SetUp();
    if (IsSkipped()) return;
    ASSERT_EQ(LinuxGuest::why_not(), "");
    guest_ = LinuxGuest::start({});
    ASSERT_NE(guest_, nullptr);
    spdlog::set_level(spdlog::level::debug);  // who asked for a reset
    ASSERT_TRUE(wait_up(1)) << guest_->what_happened();
  }
  // A busy host may take more than one wait.
  bool wait_up(unsigned boots) {
    for (int waits = 0; waits < 3; ++waits)
      if (guest_->wait_up(boots)) return true;
    return false;
  }
  LiveMachine& machine() { return guest_->machine(); }
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
  std::unique_ptr<LinuxGuest> guest_;
};

// Linux's reboot=TYPE, which it also takes while it runs.
TEST_F(OvmfEnds, EveryWayToRebootComesUpAgainAndPowerOffEnds) {
  EXPECT_EQ(stages(), all_stages()) << "of the first boot";
  // Port 0xCF9, by FADT's RESET_REG, is Linux's own choice: ovmf_linux_test.cpp reboots by it.
  const std::pair<const char*, const char*> ways[] = {{"kbd", "port 0x64"},
                                                      {"triple", "triple fault"}};
  unsigned boots = 1;
  for (const auto& [type, seen_as] : ways) {
    ASSERT_EQ(guest_->sh(std::string("echo ") + type + " > /sys/kernel/reboot/type; " +
                         "cat /sys/kernel/reboot/type"),
              type);
    const std::size_t before = machine().log().size();
    machine().type("reboot -f\n");
    ASSERT_TRUE(wait_up(++boots)) << type << guest_->what_happened();
    EXPECT_EQ(count<event::Reset>(), boots - 1) << type;
    EXPECT_THAT(machine().log().substr(before), HasSubstr(seen_as)) << type;
    EXPECT_EQ(guest_->sh("cat /sys/devices/system/cpu/online"), "0") << type;
    EXPECT_EQ(stages(), all_stages()) << type;
    EXPECT_EQ(machine().run_state(), RunState::kRunning);
  }
  machine().type("poweroff -f\n");
  ASSERT_TRUE(wait_for<event::Shutdown>()) << guest_->what_happened();
  EXPECT_EQ(machine().run_state(), RunState::kShutdown);
  const auto* end = machine().look<const event::Shutdown*>(
      [](const Seen& s) { return s.last<event::Shutdown>(); });
  EXPECT_TRUE(end->guest);
  EXPECT_EQ(end->reason, "guest-shutdown");
  EXPECT_EQ(count<event::Reset>(), boots - 1);
}

TEST_F(OvmfEnds, APanicRebootsIfTheOsSaysSoAndElseStopsTheMachineAndIsTold) {
  // Without the driver of the panic device the OS has the last word.
  EXPECT_EQ(guest_->sh("cat /sys/bus/acpi/devices/QEMU0001:00/path"), "\\_SB_.PCI0.LPC_.PANC");
  EXPECT_EQ(guest_->sh("rmmod pvpanic-mmio && rmmod pvpanic && echo 1 > /proc/sys/kernel/panic && "
                       "echo 1 > /proc/sys/kernel/sysrq && echo ready"),
            "ready");
  machine().type("echo c > /proc/sysrq-trigger\n");
  ASSERT_TRUE(wait_up(2)) << guest_->what_happened();
  EXPECT_EQ(count<event::Reset>(), 1u);
  EXPECT_EQ(count<event::GuestPanicked>(), 0u);

  machine().type("echo 1 > /proc/sys/kernel/sysrq; echo c > /proc/sysrq-trigger\n");
  ASSERT_TRUE(wait_for<event::Stop>()) << guest_->what_happened();
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
