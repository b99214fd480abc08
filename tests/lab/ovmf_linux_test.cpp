// SPDX-License-Identifier: Apache-2.0
// Unmodified OVMF and Linux on machines that differ: firmware builds, variables, memory, CPUs.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "tests/lab/ovmf_fixture.h"

namespace unpark {
namespace {

constexpr VcpuId kSecond{1}, kFourth{3};

class OvmfLinux : public OvmfTest {};

TEST_F(OvmfLinux, AnAddBeforeTheOsIsUpIsNotLost) {
  guest_ = LinuxGuest::start({});
  ASSERT_NE(guest_, nullptr);
  // As soon as the firmware takes hotplug at all: long before there is an OS.
  ASSERT_TRUE(machine().wait([](const Seen& s) {
    return std::count(s.stages.begin(), s.stages.end(), BootStage::kSmiFeatures) > 0;
  })) << guest().what_happened();
  EXPECT_EQ(machine().add(kSecond, "early"), "");
  EXPECT_FALSE(machine().look<bool>([](const Seen& s) {
    return s.console.find("GUEST-UP") != std::string::npos;
  })) << "too late to be early";
  ASSERT_TRUE(guest().wait_up()) << guest().what_happened();
  // Linux may find it on its own first scan; its notification then ends in _OST "already there".
  EXPECT_TRUE(guest().wait_sh("cat /sys/devices/system/cpu/present", "0-1"));
  EXPECT_EQ(machine().record_of(kSecond)->parked_state_intact, true);
  EXPECT_EQ(guest().sh(bring_up(1) + "; " + kOnlineCpus), "0-1");
}

TEST_F(OvmfLinux, AfterARebootHotAddedCpusAreThereFromTheStart) {
  ASSERT_NO_FATAL_FAILURE(boot());
  EXPECT_EQ(machine().add(kFourth, "three"), "");
  ASSERT_TRUE(guest().wait_inserted(kFourth)) << guest().what_happened();
  machine().type("reboot -f\n");
  ASSERT_TRUE(guest().wait_up(2)) << guest().what_happened();
  EXPECT_EQ(guest().sh(kOnlineCpus), "0-1");
  EXPECT_EQ(machine().add(kSecond, "one"), "");
  ASSERT_TRUE(guest().wait_inserted(kSecond)) << guest().what_happened();

  // It can be switched off with such CPUs.
  machine().type("poweroff -f\n");
  ASSERT_TRUE(machine().wait([](const Seen& s) { return s.count<event::Shutdown>() > 0; }))
      << guest().what_happened();
  EXPECT_EQ(machine().run_state(), RunState::kShutdown);
}

TEST_F(OvmfLinux, MemoryAboveFourGiB) {
  ASSERT_NO_FATAL_FAILURE(boot({.memory = 4ull << 30}));
  EXPECT_EQ(guest().sh("awk '/MemTotal/ {print ($2 > 3800000)}' /proc/meminfo"), "1");
}

TEST_F(OvmfLinux, FourCpusBootAgreeOnTheirTopologyAndAreNotRemovedUnasked) {
  ASSERT_NO_FATAL_FAILURE(boot({.cpus = 4, .max_cpus = 4}));
  EXPECT_EQ(guest().sh(kOnlineCpus), "0-3");
  EXPECT_EQ(guest().sh("cat /sys/devices/system/cpu/cpu*/topology/physical_package_id"),
            "0\n0\n0\n0");
  EXPECT_EQ(guest().sh("cat /sys/devices/system/cpu/cpu*/topology/core_id"), "0\n1\n2\n3");
  EXPECT_EQ(guest().sh("cat /sys/devices/system/cpu/cpu*/topology/thread_siblings_list"),
            "0\n1\n2\n3");

  EXPECT_EQ(guest().remove("nosuch"), "Device 'nosuch' not found");
  EXPECT_EQ(guest().remove(""), "Device '' not found");
  // Nor by the OS on its own: the CPU takes itself offline, and stays in the machine.
  EXPECT_EQ(guest().sh("echo 1 > /sys/bus/acpi/devices/ACPI0007:03/eject"), "");
  EXPECT_TRUE(guest().wait_sh(kOnlineCpus, "0-2")) << guest().what_happened();
  EXPECT_EQ(machine().lifecycle_of(kFourth), "running");
}

class SecureBootTemplates : public OvmfTest, public testing::WithParamInterface<const char*> {};

// The kernel is not signed for them: OVMF takes its own way to start it.
TEST_P(SecureBootTemplates, BootAndTakeACpu) {
  ASSERT_NO_FATAL_FAILURE(boot({.vars_template = GetParam()}));
  EXPECT_EQ(machine().add(kSecond, "one"), "");
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
  EXPECT_EQ(machine().add(kSecond, "one"), "cpu hotplug with SMI wasn't enabled by firmware");
}

TEST_F(OvmfLinux, ThePureX64BuildBoots) {
  ASSERT_NO_FATAL_FAILURE(boot({.code = "OVMF_CODE.secboot.fd", .vars_template = "OVMF_VARS.fd"}));
  EXPECT_EQ(guest().sh(kOnlineCpus), "0");
}

std::string variable(const std::string& name) {
  return "/sys/firmware/efi/efivars/" + name + "-12345678-1234-1234-1234-123456789abc";
}
std::string write_variable(const std::string& name, const std::string& value) {
  return "printf '\\7\\0\\0\\0" + value + "' > " + variable(name) + " && echo written";
}

TEST_F(OvmfLinux, VariablesOutliveTheMachineAndOneThatCannotBeStoredIsTold) {
  const TempDir directory;
  const std::string vars = directory / "vars.fd";
  ASSERT_NO_FATAL_FAILURE(boot({.vars = vars}));
  EXPECT_EQ(guest().sh(write_variable("First", "kept")), "written");
  guest_.reset();  // as a kill would: nothing is told to the guest
  ASSERT_NO_FATAL_FAILURE(boot({.vars = vars}));
  EXPECT_EQ(guest().sh("tail -c 4 " + variable("First")), "kept");

  // Every page but the first is gone: storing one would make the file longer.
  ASSERT_EQ(::truncate(vars.c_str(), 4096), 0);
  // The chip's status says so. OVMF does not look at it, and answers from its copy in RAM.
  guest().sh(write_variable("Second", "lost"));
  EXPECT_NE(machine().log().find("the guest sees a failed flash operation"), std::string::npos)
      << machine().log();
  EXPECT_EQ(std::filesystem::file_size(vars), 4096u);
  EXPECT_EQ(guest().sh("echo alive"), "alive");
  EXPECT_EQ(machine().run_state(), RunState::kRunning);
}

}  // namespace
}  // namespace unpark
