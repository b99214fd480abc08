// SPDX-License-Identifier: Apache-2.0
#include "vmm/apic_base.h"

#include <gtest/gtest.h>

namespace unpark {
namespace {

// SDM vol. 3 11.4.4 and 11.12.1: BSP is bit 8, EXTD 10, EN 11, the base from 12 up.
constexpr std::uint64_t kXapic = 0xfee0'0800, kX2apic = 0xfee0'0c00, kBsp = 0x100;

TEST(ApicBase, StaysAsItIs) {
  EXPECT_TRUE(may_set_apic_base(kXapic, kXapic));
  EXPECT_TRUE(may_set_apic_base(kX2apic | kBsp, kX2apic | kBsp));
}

TEST(ApicBase, GoesToX2apicModeAndNotBack) {
  EXPECT_TRUE(may_set_apic_base(kXapic, kX2apic));
  EXPECT_FALSE(may_set_apic_base(kX2apic, kXapic));
}

TEST(ApicBase, TheBootFlagIsTheGuests) {
  EXPECT_TRUE(may_set_apic_base(kXapic, kXapic | kBsp));
  EXPECT_TRUE(may_set_apic_base(kXapic | kBsp, kXapic));
}

TEST(ApicBase, IsNeverTurnedOff) {
  for (const std::uint64_t now : {kXapic, kX2apic})
    for (const std::uint64_t next : {0xfee0'0000ull, 0xfee0'0400ull, 0xfee0'0100ull, 0ull})
      EXPECT_FALSE(may_set_apic_base(now, next)) << std::hex << now << " to " << next;
}

TEST(ApicBase, IsNeverMoved) {
  for (const std::uint64_t base : {0x000a'0000ull, 0x7f00'0000ull, 0xfee0'1000ull, 0x1'fee0'0000ull,
                                   0x000f'ffff'fee0'0000ull, 0ull})
    EXPECT_FALSE(may_set_apic_base(kXapic, base | 0x800)) << std::hex << base;
}

}  // namespace
}  // namespace unpark
