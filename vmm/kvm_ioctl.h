// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <linux/kvm.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "devices/result.h"
#include "vmm/fd.h"
#include "vmm/kvm_structs.h"
#include "vmm/sys_error.h"

namespace unpark {

// Number, argument type and printable name of an ioctl, declared together once
// (Documentation/virt/kvm/api.rst). `void`: no argument; `unsigned long`: by value; otherwise by
// address.
template <class Arg>
struct Ioctl {
  unsigned long number;
  std::string_view name;
};
#define UNPARK_KVM_IOCTL(arg, number) \
  Ioctl<arg> {                        \
    number, #number                   \
  }

namespace kvm_op {
// System.
inline constexpr auto kGetApiVersion = UNPARK_KVM_IOCTL(void, KVM_GET_API_VERSION);
inline constexpr auto kCreateVm = UNPARK_KVM_IOCTL(unsigned long, KVM_CREATE_VM);
inline constexpr auto kCheckExtension = UNPARK_KVM_IOCTL(unsigned long, KVM_CHECK_EXTENSION);
inline constexpr auto kGetVcpuMmapSize = UNPARK_KVM_IOCTL(void, KVM_GET_VCPU_MMAP_SIZE);
inline constexpr auto kGetSupportedCpuid =
    Ioctl<KvmCpuid2>{kGetSupportedCpuidNumber, "KVM_GET_SUPPORTED_CPUID"};
inline constexpr auto kGetMsrIndexList =
    Ioctl<KvmMsrList>{kGetMsrIndexListNumber, "KVM_GET_MSR_INDEX_LIST"};
// Machine.
inline constexpr auto kCreateVcpu = UNPARK_KVM_IOCTL(unsigned long, KVM_CREATE_VCPU);
inline constexpr auto kSetTssAddr = UNPARK_KVM_IOCTL(unsigned long, KVM_SET_TSS_ADDR);
inline constexpr auto kSetIdentityMapAddr =
    UNPARK_KVM_IOCTL(const __u64, KVM_SET_IDENTITY_MAP_ADDR);
inline constexpr auto kCreateIrqchip = UNPARK_KVM_IOCTL(void, KVM_CREATE_IRQCHIP);
inline constexpr auto kCreatePit2 = UNPARK_KVM_IOCTL(const kvm_pit_config, KVM_CREATE_PIT2);
inline constexpr auto kGetIrqchip = UNPARK_KVM_IOCTL(kvm_irqchip, KVM_GET_IRQCHIP);
inline constexpr auto kSetIrqchip = UNPARK_KVM_IOCTL(kvm_irqchip, KVM_SET_IRQCHIP);
inline constexpr auto kGetPit2 = UNPARK_KVM_IOCTL(kvm_pit_state2, KVM_GET_PIT2);
inline constexpr auto kSetPit2 = UNPARK_KVM_IOCTL(const kvm_pit_state2, KVM_SET_PIT2);
inline constexpr auto kIrqLine = UNPARK_KVM_IOCTL(const kvm_irq_level, KVM_IRQ_LINE);
inline constexpr auto kSignalMsi = UNPARK_KVM_IOCTL(const kvm_msi, KVM_SIGNAL_MSI);
inline constexpr auto kEnableCap = UNPARK_KVM_IOCTL(const kvm_enable_cap, KVM_ENABLE_CAP);
inline constexpr auto kSetMsrFilter =
    UNPARK_KVM_IOCTL(const kvm_msr_filter, KVM_X86_SET_MSR_FILTER);
inline constexpr auto kSetUserMemoryRegion =
    UNPARK_KVM_IOCTL(const kvm_userspace_memory_region, KVM_SET_USER_MEMORY_REGION);
// vCPU.
inline constexpr auto kRun = UNPARK_KVM_IOCTL(void, KVM_RUN);
inline constexpr auto kSmi = UNPARK_KVM_IOCTL(void, KVM_SMI);
inline constexpr auto kSetCpuid2 = Ioctl<const KvmCpuid2>{kSetCpuid2Number, "KVM_SET_CPUID2"};
inline constexpr auto kGetRegs = UNPARK_KVM_IOCTL(kvm_regs, KVM_GET_REGS);
inline constexpr auto kSetRegs = UNPARK_KVM_IOCTL(const kvm_regs, KVM_SET_REGS);
inline constexpr auto kGetSregs = UNPARK_KVM_IOCTL(kvm_sregs, KVM_GET_SREGS);
inline constexpr auto kSetSregs = UNPARK_KVM_IOCTL(const kvm_sregs, KVM_SET_SREGS);
inline constexpr auto kGetLapic = UNPARK_KVM_IOCTL(kvm_lapic_state, KVM_GET_LAPIC);
inline constexpr auto kSetLapic = UNPARK_KVM_IOCTL(const kvm_lapic_state, KVM_SET_LAPIC);
inline constexpr auto kGetMpState = UNPARK_KVM_IOCTL(kvm_mp_state, KVM_GET_MP_STATE);
inline constexpr auto kSetMpState = UNPARK_KVM_IOCTL(const kvm_mp_state, KVM_SET_MP_STATE);
inline constexpr auto kGetVcpuEvents = UNPARK_KVM_IOCTL(kvm_vcpu_events, KVM_GET_VCPU_EVENTS);
inline constexpr auto kSetVcpuEvents = UNPARK_KVM_IOCTL(const kvm_vcpu_events, KVM_SET_VCPU_EVENTS);
inline constexpr auto kGetDebugregs = UNPARK_KVM_IOCTL(kvm_debugregs, KVM_GET_DEBUGREGS);
inline constexpr auto kSetDebugregs = UNPARK_KVM_IOCTL(const kvm_debugregs, KVM_SET_DEBUGREGS);
inline constexpr auto kGetXcrs = UNPARK_KVM_IOCTL(kvm_xcrs, KVM_GET_XCRS);
inline constexpr auto kSetXcrs = UNPARK_KVM_IOCTL(const kvm_xcrs, KVM_SET_XCRS);
inline constexpr auto kGetXsave = Ioctl<KvmXsave>{kGetXsaveNumber, "KVM_GET_XSAVE"};
inline constexpr auto kSetXsave = Ioctl<const KvmXsave>{kSetXsaveNumber, "KVM_SET_XSAVE"};
inline constexpr auto kGetMsrs = Ioctl<KvmMsrs>{kGetMsrsNumber, "KVM_GET_MSRS"};
inline constexpr auto kSetMsrs = Ioctl<const KvmMsrs>{kSetMsrsNumber, "KVM_SET_MSRS"};
}  // namespace kvm_op
#undef UNPARK_KVM_IOCTL

// The only callers of ::ioctl on a KVM descriptor. No retry on EINTR here: where KVM documents one,
// the caller retries a bounded number of times.
inline Result<int, SysError> checked(int rc, std::string_view call) {
  if (rc < 0) return Unexpected{SysError{call, errno}};
  return rc;
}
inline Result<int, SysError> call(const UniqueFd& fd, Ioctl<void> op) {
  return checked(::ioctl(fd.get(), op.number, 0), op.name);
}
inline Result<int, SysError> call(const UniqueFd& fd, Ioctl<unsigned long> op, unsigned long v) {
  return checked(::ioctl(fd.get(), op.number, v), op.name);
}
template <class Arg>
Result<int, SysError> call(const UniqueFd& fd, Ioctl<Arg> op, std::type_identity_t<Arg>& arg) {
  return checked(::ioctl(fd.get(), op.number, &arg), op.name);
}

}  // namespace unpark
