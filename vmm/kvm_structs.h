// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <linux/kvm.h>

#include <array>
#include <cstdint>

namespace unpark {

// KVM's structs that end in a flexible array, without it. The kernel's headers declare that array
// in a way that has a size in C++, and the size of a struct is part of its ioctl's number: with the
// header's own definitions these calls answer ENOTTY. The numbers are therefore built from these.
struct KvmMsrs {
  std::uint32_t nmsrs = 0, pad = 0;  // kvm_msr_entry[nmsrs] follow
};
struct KvmMsrList {
  std::uint32_t nmsrs = 0;  // uint32_t[nmsrs] follow
};
struct KvmCpuid2 {
  std::uint32_t nent = 0, padding = 0;  // kvm_cpuid_entry2[nent] follow
};
struct KvmXsave {
  std::array<std::uint32_t, 1024> region{};
};
static_assert(sizeof(KvmMsrs) == 8 && sizeof(KvmMsrList) == 4 && sizeof(KvmCpuid2) == 8 &&
              sizeof(KvmXsave) == 4096);

// Documentation/virt/kvm/api.rst has the directions, include/uapi/linux/kvm.h the numbers.
inline constexpr unsigned long kGetMsrIndexListNumber = _IOWR(KVMIO, 0x02, KvmMsrList);
inline constexpr unsigned long kGetSupportedCpuidNumber = _IOWR(KVMIO, 0x05, KvmCpuid2);
inline constexpr unsigned long kGetMsrsNumber = _IOWR(KVMIO, 0x88, KvmMsrs);
inline constexpr unsigned long kSetMsrsNumber = _IOW(KVMIO, 0x89, KvmMsrs);
inline constexpr unsigned long kSetCpuid2Number = _IOW(KVMIO, 0x90, KvmCpuid2);
inline constexpr unsigned long kGetXsaveNumber = _IOR(KVMIO, 0xa4, KvmXsave);
inline constexpr unsigned long kSetXsaveNumber = _IOW(KVMIO, 0xa5, KvmXsave);

}  // namespace unpark
