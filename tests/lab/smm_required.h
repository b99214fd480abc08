// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "vmm/host_check.h"
#include "vmm/vcpu_set.h"

namespace unpark {

// What the host's KVM lacks for these tests, in one line; empty if nothing.
inline std::string why_no_smm() {
  const auto kvm = Kvm::open();
  if (!kvm) return kvm.error().message;
  std::string all;
  for (const auto& line : missing_capabilities(*kvm)) all += (all.empty() ? "" : "; ") + line;
  return all;
}

// Tests of the kernel's own KVM. Skipped, with the reason, where that has no SMM; a failure in the
// lab, whose KVM has.
class SmmRequired : public testing::Test {
 protected:
  void SetUp() override {
    const std::string why = why_no_smm();
    if (!why.empty()) {
      ASSERT_EQ(std::getenv("UNPARK_IN_LAB"), nullptr) << "the lab has no SMM: " << why;
      GTEST_SKIP() << why << "; run it in the lab: ./dev test lab";
    }
    static const bool once = (VcpuSet::install_kick_signal(), true);
    (void)once;
  }
};

}  // namespace unpark
