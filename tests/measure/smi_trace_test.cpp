// SPDX-License-Identifier: Apache-2.0
#include "measure/smi_trace.h"

#include <gtest/gtest.h>

#include <array>

namespace unpark::measure {
namespace {

// As Linux 6.1 prints them with trace_clock x86-tsc.
constexpr std::array kOneSmi = {
    "          vcpu-0-155     [000] d....  1000100: kvm_exit: vcpu 0 reason io rip 0x10f3 info1 "
    "0x0000000000b20010 info2 0x00000000000010f5 intr_info 0x00000000 error_code 0x00000000",
    "          vcpu-0-155     [000] .....  1000110: kvm_pio: pio_write at 0xb2 size 1 count 1 val "
    "0x0 ",
    "          vcpu-0-155     [000] .....  1000150: kvm_userspace_exit: reason KVM_EXIT_IO (2)",
    "          vcpu-0-155     [000] .....  1000350: kvm_smm_transition: vcpu 0: entering SMM, "
    "smbase 0xf000000",
    "          vcpu-0-155     [000] d....  1000420: kvm_entry: vcpu 0, rip 0x8000",
    "          vcpu-0-155     [000] d....  1000500: kvm_exit: vcpu 0 reason rsm rip 0x80d2 info1 "
    "0x0000000000000000 info2 0x0000000000000000 intr_info 0x00000000 error_code 0x00000000",
    "          vcpu-0-155     [000] .....  1000530: kvm_smm_transition: vcpu 0: leaving SMM, "
    "smbase 0xf000000",
    "          vcpu-0-155     [000] d....  1000600: kvm_entry: vcpu 0, rip 0x10f5",
};

SmiTrace of_thread(std::int64_t tid) {
  return SmiTrace({tid});
}

TEST(SmiTrace, SplitsAnSmiAtItsEvents) {
  SmiTrace trace = of_thread(155);
  for (const char* line : kOneSmi) trace.take(line);
  ASSERT_EQ(trace.found().size(), 1u);
  const SmiParts& p = trace.found()[0];
  EXPECT_EQ(p.exit, 50);
  EXPECT_EQ(p.order, 200);
  EXPECT_EQ(p.save, 70);
  EXPECT_EQ(p.handler, 80);
  EXPECT_EQ(p.rsm, 100);
}

TEST(SmiTrace, CountsTheHandlersOwnExitsToTheHandler) {
  SmiTrace trace = of_thread(155);
  for (std::size_t i = 0; i < kOneSmi.size(); ++i) {
    trace.take(kOneSmi[i]);
    if (i != 4) continue;
    trace.take("          vcpu-0-155     [000] d....  1000430: kvm_exit: vcpu 0 reason io rip 0x1");
    trace.take("          vcpu-0-155     [000] .....  1000440: kvm_userspace_exit: reason X (2)");
    trace.take("          vcpu-0-155     [000] d....  1000450: kvm_entry: vcpu 0, rip 0x8010");
  }
  ASSERT_EQ(trace.found().size(), 1u);
  EXPECT_EQ(trace.found()[0].handler, 80);
  EXPECT_EQ(trace.found()[0].rsm, 100);
}

TEST(SmiTrace, PassesOverOtherThreadsAndHalfSmis) {
  SmiTrace other = of_thread(156);
  for (const char* line : kOneSmi) other.take(line);
  EXPECT_TRUE(other.found().empty());

  for (std::size_t missing = 0; missing < kOneSmi.size(); ++missing) {
    SmiTrace trace = of_thread(155);
    for (std::size_t i = 0; i < kOneSmi.size(); ++i)
      if (i != missing) trace.take(kOneSmi[i]);
    EXPECT_TRUE(trace.found().empty()) << missing;
    for (const char* line : kOneSmi) trace.take(line);
    EXPECT_FALSE(trace.found().empty()) << "it did not recover after " << missing;
  }
}

TEST(SmiTrace, PassesOverWhatIsNoLine) {
  SmiTrace trace = of_thread(155);
  for (const char* line : kOneSmi) {
    trace.take(line);
    trace.take("");
    trace.take("# tracer: nop");
    trace.take(
        "          vcpu-0-155     [000] d....  12.345678: kvm_exit: vcpu 0 reason io rip 0x1");
    trace.take("          vcpu-0-155     [000] d....  : kvm_pio: pio_write at 0xb2 size 1");
  }
  ASSERT_EQ(trace.found().size(), 1u);
  EXPECT_EQ(trace.found()[0].exit, 50);
  EXPECT_EQ(trace.found()[0].handler, 80);
  EXPECT_EQ(trace.found()[0].rsm, 100);
}

TEST(SmiTrace, PassesOverAnSmiInWhichEventsWereLost) {
  for (std::size_t lost = 0; lost + 1 < kOneSmi.size(); ++lost) {
    SmiTrace trace = of_thread(155);
    for (std::size_t i = 0; i < kOneSmi.size(); ++i) {
      trace.take(kOneSmi[i]);
      if (i == lost) trace.take("CPU:0 [LOST 12 EVENTS]");
    }
    EXPECT_TRUE(trace.found().empty()) << lost;
  }
}

}  // namespace
}  // namespace unpark::measure
