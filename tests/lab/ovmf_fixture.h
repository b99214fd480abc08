// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "tests/lab/linux_guest.h"
#include "tests/lab/smm_required.h"

namespace unpark {

inline const std::string kOnlineCpus = "cat /sys/devices/system/cpu/online";

inline std::string bring_up(unsigned cpu) {
  return "echo 1 > /sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/online";
}

// Tests of unmodified OVMF and Linux on the kernel's KVM.
class OvmfTest : public SmmRequired {
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
  LinuxGuest& guest() { return *guest_; }
  LiveMachine& machine() { return guest_->machine(); }

  std::unique_ptr<LinuxGuest> guest_;
};

// Tests that find a machine of four possible CPUs with its boot CPU alone, and leave it so. A boot
// is what takes long in the lab: there is one for all of them, and a fresh one after a failure.
class OvmfOneBoot : public OvmfTest {
 protected:
  void SetUp() override {
    OvmfTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    guest_ = std::move(shared_);
    // The deadline is longer than a removal takes, and short enough for a test to await it.
    if (!guest_) {
      ASSERT_NO_FATAL_FAILURE(boot({.removal_deadline = std::chrono::seconds{10}}));
    }
    machine().forget_events();
    ASSERT_EQ(guest().sh(kOnlineCpus), "0");
  }
  void TearDown() override {
    if (!HasFailure()) shared_ = std::move(guest_);
  }
  static void TearDownTestSuite() { shared_.reset(); }

  void add(VcpuId cpu, const std::string& id) {
    ASSERT_EQ(machine().add(cpu, id), "");
    ASSERT_TRUE(guest().wait_inserted(cpu)) << guest().what_happened();
  }
  void remove(const std::string& id) {
    ASSERT_EQ(guest().remove(id), "");
    ASSERT_TRUE(guest().wait_deleted(id)) << guest().what_happened();
  }

 private:
  inline static std::unique_ptr<LinuxGuest> shared_;
};

}  // namespace unpark
