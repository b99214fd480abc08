// SPDX-License-Identifier: Apache-2.0
#include "vmm/apic_base.h"

#include "vmm/flexible.h"
#include "vmm/vcpu_state.h"

namespace unpark {

namespace {

constexpr std::uint64_t kAddressBits = 0x000f'ffff'ffff'f000;
constexpr std::uint64_t kLocalApic = 0xfee0'0000;

}  // namespace

Result<Done, SysError> filter_apic_base(const UniqueFd& vm) {
  kvm_enable_cap cap{};
  cap.cap = KVM_CAP_X86_USER_SPACE_MSR;
  cap.args[0] = KVM_MSR_EXIT_REASON_FILTER;
  TRY(call(vm, kvm_op::kEnableCap, cap));
  std::uint8_t denied = 0;  // a bit per register; 0 keeps it from the guest
  kvm_msr_filter filter{};
  filter.flags = KVM_MSR_FILTER_DEFAULT_ALLOW;
  filter.ranges[0].flags = KVM_MSR_FILTER_WRITE;
  filter.ranges[0].base = kMsrApicBase;
  filter.ranges[0].nmsrs = 1;
  filter.ranges[0].bitmap = &denied;
  TRY(call(vm, kvm_op::kSetMsrFilter, filter));
  return Done{};
}

bool may_set_apic_base(std::uint64_t now, std::uint64_t next) {
  const bool leaves_x2apic = (now & kApicBaseX2apic) != 0 && (next & kApicBaseX2apic) == 0;
  return (next & kApicBaseEnable) != 0 && (next & kAddressBits) == kLocalApic && !leaves_x2apic;
}

Result<bool, SysError> set_apic_base(const UniqueFd& vcpu, std::uint64_t value) {
  Flexible<KvmMsrs, kvm_msr_entry> msrs(1);
  msrs->nmsrs = 1;
  msrs.entries()[0] = {kMsrApicBase, 0, value};
  return TRY(call(vcpu, kvm_op::kSetMsrs, *msrs)) == 1;
}

}  // namespace unpark
