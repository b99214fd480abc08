// SPDX-License-Identifier: Apache-2.0
// The messages that carry SMIs, on a fake machine descriptor.
#include "vmm/smi_injector.h"

#include <gtest/gtest.h>

#include "tests/vmm/fake_kvm_vm.h"

namespace unpark {
namespace {

// SDM vol. 3, 11.11.1: FEEh in bits 31:20, destination ID in 19:12, RH and DM in 3:2 (physical).
constexpr std::uint32_t address(std::uint32_t destination) {
  return 0xfee0'0000u | destination << 12;
}
// SDM vol. 3, 11.11.2: delivery mode in bits 10:8, 010b is SMI; the vector must be 00h.
constexpr std::uint32_t kSmiData = 0x0000'0200;

struct SmiInjectorTest : testing::Test {
  FakeKvmVm vm;
  SmiInjector narrow{vm.fd(), false};
  SmiInjector wide{vm.fd(), true};
};

TEST_F(SmiInjectorTest, BroadcastIsOneMessageToEveryApic) {
  ASSERT_TRUE(narrow.broadcast());
  ASSERT_EQ(vm.messages.size(), 1u);
  EXPECT_EQ(vm.messages[0].address_lo, address(0xff));
  EXPECT_EQ(vm.messages[0].address_hi, 0u);
  EXPECT_EQ(vm.messages[0].data, kSmiData);
  EXPECT_EQ(vm.messages[0].flags, 0u);
}

TEST_F(SmiInjectorTest, DirectedSmiNamesOneApic) {
  ASSERT_TRUE(narrow.direct(VcpuId{0x2a}));
  ASSERT_EQ(vm.messages.size(), 1u);
  EXPECT_EQ(vm.messages[0].address_lo, address(0x2a));
  EXPECT_EQ(vm.messages[0].address_hi, 0u);
  EXPECT_EQ(vm.messages[0].data, kSmiData);
}

// KVM_X2APIC_API_USE_32BIT_IDS: bits 31:8 of the destination are in bits 31:8 of address_hi
// (Documentation/virt/kvm/api.rst, 7.7).
TEST_F(SmiInjectorTest, DirectedSmiToALargeIdCarriesAllOfIt) {
  ASSERT_TRUE(wide.direct(VcpuId{0x0302}));
  ASSERT_EQ(vm.messages.size(), 1u);
  EXPECT_EQ(vm.messages[0].address_lo, address(0x02));
  EXPECT_EQ(vm.messages[0].address_hi, 0x0300u);
}

TEST_F(SmiInjectorTest, BroadcastOfALargeMachineReachesX2apicsToo) {
  ASSERT_TRUE(wide.broadcast());
  bool x2apic = false;
  for (const kvm_msi& m : vm.messages) {
    EXPECT_EQ(m.data, kSmiData);
    EXPECT_EQ(m.address_lo, address(0xff));
    x2apic = x2apic || m.address_hi == 0xffff'ff00u;
  }
  EXPECT_TRUE(x2apic);
}

TEST_F(SmiInjectorTest, KvmsRefusalNamesTheCall) {
  vm.fail_after = 0;
  vm.fail_code = EINVAL;
  const auto r = narrow.broadcast();
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().call, "KVM_SIGNAL_MSI");
  EXPECT_EQ(r.error().code, EINVAL);
}

}  // namespace
}  // namespace unpark
