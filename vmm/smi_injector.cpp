// SPDX-License-Identifier: Apache-2.0
#include "vmm/smi_injector.h"

namespace unpark {

namespace {

constexpr std::uint32_t kXapicBroadcast = 0xff;
constexpr std::uint32_t kX2apicBroadcast = 0xffff'ffff;
constexpr std::uint32_t kMessageAddress = 0xfee0'0000;  // physical destination in bits 19:12
constexpr std::uint32_t kDeliverySmi = 2u << 8;         // data bits 10:8

}  // namespace

Result<Done, SysError> SmiInjector::send(std::uint32_t destination) const {
  kvm_msi msi{};
  msi.address_lo = kMessageAddress | (destination & 0xff) << 12;
  // With KVM_X2APIC_API_USE_32BIT_IDS the rest of the destination is here.
  msi.address_hi = wide_ids_ ? destination & 0xffff'ff00 : 0;
  msi.data = kDeliverySmi;
  TRY(call(vm_, kvm_op::kSignalMsi, msi));
  return Done{};
}

Result<Done, SysError> SmiInjector::broadcast() const {
  TRY(send(kXapicBroadcast));
  // Destination 0xff is APIC 255 for a CPU in x2APIC mode once the ids are wide; those CPUs have a
  // broadcast of their own. A CPU that gets both takes one: SMIs do not count.
  // Nobody in that mode is no error.
  if (wide_ids_)
    if (const auto r = send(kX2apicBroadcast); !r && r.error().code != EPERM)
      return Unexpected{r.error()};
  return Done{};
}

Result<Done, SysError> SmiInjector::direct(VcpuId cpu) const {
  return send(cpu.value);
}

}  // namespace unpark
