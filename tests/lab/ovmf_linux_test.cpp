// SPDX-License-Identifier: Apache-2.0
// Unmodified OVMF and Linux on the kernel's KVM: boot, hot-add, removal, reboot, variables.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "tests/lab/linux_guest.h"
#include "tests/lab/smm_required.h"

namespace unpark {
namespace {

constexpr VcpuId kSecond{1}, kThird{2}, kFourth{3};
const std::string kOnline = "cat /sys/devices/system/cpu/online";

std::string bring_up(unsigned cpu) {
  return "echo 1 > /sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/online";
}

class OvmfLinux : public SmmRequired {
 protected:
  void SetUp() override {
    SmmRequired::SetUp();
    if (IsSkipped()) return;
    ASSERT_EQ(LinuxGuest::why_not(), "");
  }
  void boot(const LinuxOptions& options = {}) {
    guest_ = LinuxGuest::start(options);
    ASSERT_NE(guest_, nullptr);
    ASSERT_TRUE(guest_->wait_up()) << guest_->what_happened();
  }
  void power_off() {
    guest_->machine().type("poweroff -f\n");
    ASSERT_TRUE(guest_->machine().wait([](const Seen& s) {
      return s.count<event::Shutdown>() > 0;
    })) << guest_->what_happened();
    EXPECT_EQ(guest_->machine().run_state(), RunState::kShutdown);
  }
  // For a failure's message, as far as the guest still answers.
  std::string what_happened() {
    std::string all = "\n" + guest().what_happened();
    guest().machine().on_loop([&](Machine& m) {
      for (const CpuInfo& cpu : m.cpus())
        all += fmt::format("\ncpu {}: {}", cpu.slot.value, cpu.lifecycle);
    });
    const auto last = guest().machine().look<std::string>([](const Seen& s) {
      std::string events;
      for (auto e = s.events.rbegin(); e != s.events.rend() && events.size() < 300; ++e)
        if (const auto* ost = std::get_if<event::AcpiDeviceOst>(&*e))
          events += fmt::format(" _OST({:#x}, {:#x})", ost->source, ost->status);
        else if (std::holds_alternative<event::DeviceDeleted>(*e))
          events += " deleted";
      return events;
    });
    all += "\nlast first:" + last + "\n";
    return all + guest().sh("dmesg | tail -n 20; cat /sys/firmware/acpi/interrupts/gpe02");
  }
  LinuxGuest& guest() { return *guest_; }
  std::unique_ptr<LinuxGuest> guest_;
};

TEST_F(OvmfLinux, ACpuIsAddedUsedRemovedAndAddedAgain) {
  ASSERT_NO_FATAL_FAILURE(boot());
  EXPECT_EQ(guest().sh(kOnline), "0");
  EXPECT_EQ(guest().machine().add(kSecond, "one"), "");
  ASSERT_TRUE(guest().wait_inserted(kSecond)) << guest().what_happened();
  EXPECT_EQ(guest().sh(bring_up(1) + " && " + kOnline), "0-1");
  EXPECT_EQ(guest().sh("taskset 2 sh -c 'echo ran on the second'"), "ran on the second");
  EXPECT_EQ(guest().sh("grep -c ^processor /proc/cpuinfo"), "2");
  const auto r = guest().machine().record_of(kSecond);
  ASSERT_TRUE(r);
  EXPECT_TRUE(r->parked_state_intact);
  EXPECT_EQ(r->smbase_before, 0x3'0000u);

  EXPECT_EQ(guest().remove("one"), "");
  ASSERT_TRUE(guest().wait_deleted("one")) << guest().what_happened();
  EXPECT_EQ(guest().sh(kOnline), "0");
  EXPECT_EQ(guest().machine().lifecycle_of(kSecond), "absent");
  EXPECT_EQ(guest().machine().add(kSecond, "again"), "");
  ASSERT_TRUE(guest().wait_inserted(kSecond, 2)) << guest().what_happened();
  EXPECT_EQ(guest().sh(bring_up(1) + " && " + kOnline), "0-1");
  // ACPICA has nothing against our tables.
  EXPECT_EQ(guest().sh("dmesg | grep -i 'acpi.*\\(error\\|warning\\|exception\\)'"), "");
  ASSERT_NO_FATAL_FAILURE(power_off());
}

TEST_F(OvmfLinux, TwoCpusOrderedAtOnceComeInOneSmi) {
  ASSERT_NO_FATAL_FAILURE(boot());
  guest().machine().on_loop([](Machine& m) {
    EXPECT_TRUE(m.add_cpu({"two", kThird}));
    EXPECT_TRUE(m.add_cpu({"one", kSecond}));
  });
  ASSERT_TRUE(guest().wait_inserted(kSecond)) << guest().what_happened();
  ASSERT_TRUE(guest().wait_inserted(kThird)) << guest().what_happened();
  EXPECT_EQ(guest().sh(bring_up(1) + "; " + bring_up(2) + "; " + kOnline), "0-2");
}

TEST_F(OvmfLinux, AnAddBeforeTheOsIsUpIsNotLost) {
  guest_ = LinuxGuest::start({});
  ASSERT_NE(guest_, nullptr);
  // As soon as the firmware takes hotplug at all: long before there is an OS.
  ASSERT_TRUE(guest().machine().wait([](const Seen& s) {
    return std::count(s.stages.begin(), s.stages.end(), BootStage::kSmiFeatures) > 0;
  })) << guest().what_happened();
  EXPECT_EQ(guest().machine().add(kSecond, "early"), "");
  EXPECT_FALSE(guest().machine().look<bool>([](const Seen& s) {
    return s.console.find("GUEST-UP") != std::string::npos;
  })) << "too late to be early";
  ASSERT_TRUE(guest().wait_up()) << guest().what_happened();
  // Linux may find it on its own first scan; its notification then ends in _OST "already there".
  EXPECT_TRUE(guest().wait_sh("cat /sys/devices/system/cpu/present", "0-1"));
  EXPECT_EQ(guest().machine().record_of(kSecond)->parked_state_intact, true);
  EXPECT_EQ(guest().sh(bring_up(1) + "; " + kOnline), "0-1");
}

TEST_F(OvmfLinux, TheOsReachesNothingOfTheControlWindow) {
  ASSERT_NO_FATAL_FAILURE(boot());
  EXPECT_EQ(guest().machine().add(kSecond, "one"), "");
  ASSERT_TRUE(guest().wait_inserted(kSecond));
  const auto before = guest().machine().look<std::size_t>(
      [](const Seen& s) { return s.count<event::GateRefused>(); });
  // Ports CD8-CE3: all ones, and writes (eject, unpark, everything) change nothing.
  EXPECT_EQ(guest().sh("for p in 3288 3292 3293 3296; do dd if=/dev/port bs=1 skip=$p count=1 "
                       "2>/dev/null | hexdump -e '\"%02x\"'; done"),
            "ffffffff");
  (void)guest().sh(
      "printf '\\1\\0\\0\\0' | dd of=/dev/port bs=1 seek=3288 conv=notrunc 2>/dev/null; "
      "printf '\\377' | dd of=/dev/port bs=1 seek=3292 conv=notrunc 2>/dev/null");
  EXPECT_TRUE(guest().machine().wait(
      [&](const Seen& s) { return s.count<event::GateRefused>() > before; }));
  EXPECT_EQ(guest().sh(bring_up(1) + "; " + kOnline), "0-1");
}

TEST_F(OvmfLinux, AfterARebootHotAddedCpusAreThereFromTheStart) {
  ASSERT_NO_FATAL_FAILURE(boot());
  EXPECT_EQ(guest().machine().add(kFourth, "three"), "");
  ASSERT_TRUE(guest().wait_inserted(kFourth)) << guest().what_happened();
  guest().machine().type("reboot -f\n");
  ASSERT_TRUE(guest().wait_up(2)) << guest().what_happened();
  EXPECT_EQ(guest().sh(kOnline), "0-1");
  EXPECT_EQ(guest().machine().add(kSecond, "one"), "");
  ASSERT_TRUE(guest().wait_inserted(kSecond)) << guest().what_happened();
}

TEST_F(OvmfLinux, MemoryAboveFourGiB) {
  ASSERT_NO_FATAL_FAILURE(boot({.memory = 4ull << 30}));
  EXPECT_EQ(guest().sh("awk '/MemTotal/ {print ($2 > 3800000)}' /proc/meminfo"), "1");
}

TEST_F(OvmfLinux, ACpuComesAndGoesAHundredTimes) {
  ASSERT_NO_FATAL_FAILURE(boot());
  for (std::size_t round = 1; round <= 100; ++round) {
    ASSERT_EQ(guest().machine().add(kSecond, "guest"), "") << round;
    ASSERT_TRUE(guest().wait_inserted(kSecond, round)) << round << what_happened();
    ASSERT_EQ(guest().remove("guest"), "") << round;
    ASSERT_TRUE(guest().wait_deleted("guest", round)) << round << what_happened();
  }
  EXPECT_EQ(guest().sh(kOnline), "0");
}

TEST_F(OvmfLinux, ARemovalThatTheOsIgnoresIsToldAndLeavesTheCpu) {
  ASSERT_NO_FATAL_FAILURE(boot({.removal_deadline = std::chrono::seconds{2}}));
  EXPECT_EQ(guest().machine().add(kSecond, "one"), "");
  ASSERT_TRUE(guest().wait_inserted(kSecond));
  EXPECT_EQ(guest().sh(bring_up(1) + " && " + kOnline), "0-1");
  EXPECT_EQ(guest().sh("echo disable > /sys/firmware/acpi/interrupts/gpe02"), "");
  EXPECT_EQ(guest().remove("one"), "");
  EXPECT_TRUE(guest().machine().wait(
      [](const Seen& s) { return s.count<event::DeviceUnplugGuestError>() == 1; }));
  EXPECT_EQ(guest().machine().lifecycle_of(kSecond), "running");
  EXPECT_EQ(guest().sh("echo enable > /sys/firmware/acpi/interrupts/gpe02; " + kOnline), "0-1");
  // It is not lost for good.
  EXPECT_EQ(guest().remove("one"), "");
  EXPECT_TRUE(guest().wait_deleted("one")) << guest().what_happened();
}

TEST_F(OvmfLinux, TheBootCpuAndCpusWithoutAnIdAreNotRemoved) {
  ASSERT_NO_FATAL_FAILURE(boot({.cpus = 2}));
  EXPECT_EQ(guest().remove("nosuch"), "Device 'nosuch' not found");
  EXPECT_EQ(guest().remove(""), "Device '' not found");
  // Nor by the OS on its own: the CPU takes itself offline, and stays in the machine.
  EXPECT_EQ(guest().sh("echo 1 > /sys/bus/acpi/devices/ACPI0007:01/eject"), "");
  EXPECT_TRUE(guest().wait_sh(kOnline, "0"));
  EXPECT_EQ(guest().machine().lifecycle_of(kSecond), "running");
}

class SecureBootTemplates : public OvmfLinux, public testing::WithParamInterface<const char*> {};

// The kernel is not signed for them: OVMF takes its own way to start it.
TEST_P(SecureBootTemplates, BootAndTakeACpu) {
  ASSERT_NO_FATAL_FAILURE(boot({.vars_template = GetParam()}));
  EXPECT_EQ(guest().machine().add(kSecond, "one"), "");
  ASSERT_TRUE(guest().wait_inserted(kSecond)) << guest().what_happened();
}

INSTANTIATE_TEST_SUITE_P(Debian, SecureBootTemplates,
                         testing::Values("OVMF_VARS_4M.ms.fd", "OVMF_VARS_4M.snakeoil.fd"),
                         [](const auto& p) {
                           const std::string name = p.param;
                           return name.find(".ms.") != name.npos ? "Microsoft" : "Snakeoil";
                         });

TEST_F(OvmfLinux, FirmwareWithoutSmmRefusesHotplugInQemusWords) {
  ASSERT_NO_FATAL_FAILURE(boot({.code = "OVMF_CODE_4M.fd"}));
  EXPECT_EQ(guest().machine().add(kSecond, "one"),
            "cpu hotplug with SMI wasn't enabled by firmware");
}

TEST_F(OvmfLinux, ThePureX64BuildBoots) {
  ASSERT_NO_FATAL_FAILURE(boot({.code = "OVMF_CODE.secboot.fd", .vars_template = "OVMF_VARS.fd"}));
  EXPECT_EQ(guest().sh(kOnline), "0");
}

TEST_F(OvmfLinux, VariablesOutliveTheMachine) {
  const TempDir directory;
  const std::string file = "/sys/firmware/efi/efivars/Unpark-12345678-1234-1234-1234-123456789abc";
  ASSERT_NO_FATAL_FAILURE(boot({.vars = directory / "vars.fd"}));
  EXPECT_EQ(guest().sh("printf '\\7\\0\\0\\0kept' > " + file + " && echo written"), "written");
  guest_.reset();  // as a kill would: nothing is told to the guest
  ASSERT_NO_FATAL_FAILURE(boot({.vars = directory / "vars.fd"}));
  EXPECT_EQ(guest().sh("tail -c 4 " + file), "kept");
}

}  // namespace
}  // namespace unpark
