// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "guest/chips/cpu.h"
#include "guest/layout.h"

namespace unpark::guest {

// How to ask KVM to run the CPU that one waits for, should the host have taken it off (Linux,
// Documentation/virt/kvm/x86/hypercalls.rst, KVM_HC_SCHED_YIELD): GUEST_YIELD_*.
inline std::uint32_t kvm_yield() {
  constexpr std::uint32_t kSignatureLeaf = 0x4000'0000;
  constexpr std::uint32_t kFeaturesLeaf = 0x4000'0001;
  constexpr std::uint32_t kSchedYield = 1u << 13;  // KVM_FEATURE_PV_SCHED_YIELD
  const Cpuid signature = cpuid(kSignatureLeaf);
  if (cpuid(1).ecx >> 31 == 0 || signature.ebx != 0x4b4d'564b || signature.ecx != 0x564b'4d56 ||
      signature.edx != 0x4d)  // "KVMKVMKVM"
    return GUEST_YIELD_NONE;
  if ((cpuid(kFeaturesLeaf).eax & kSchedYield) == 0) return GUEST_YIELD_NONE;
  // The other vendor's instruction would be an exit more, or a fault.
  const bool amd = cpuid(0).ebx == 0x6874'7541;  // "Auth"
  return amd ? GUEST_YIELD_VMMCALL : GUEST_YIELD_VMCALL;
}

}  // namespace unpark::guest
