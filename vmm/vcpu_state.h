// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "vmm/kvm_ioctl.h"

namespace unpark {

// Registers of a vCPU as KVM made it: the reset state of SDM vol. 3 10.1.1. Taken once, right after
// KVM_CREATE_VCPU and KVM_SET_CPUID2, and put back at every reset, unpark and eject.
struct VcpuReset {
  kvm_regs regs{};
  kvm_sregs sregs{};  // apic_base as KVM has it: enabled
  KvmXsave xsave{};
  kvm_xcrs xcrs{};
  kvm_debugregs debugregs{};
  kvm_lapic_state lapic{};
  std::vector<kvm_msr_entry> msrs;  // all that KVM lets us read
};
Result<VcpuReset, SysError> capture_reset(const UniqueFd& vcpu,
                                          const std::vector<std::uint32_t>& msr_indices);

// What a vCPU wakes up as.
enum class WakeAs { kBootCpu, kWaitForSipi };

// IA32_APIC_BASE bit 11, SDM vol. 3 11.4.3: the local APIC is enabled in hardware. With it clear
// KVM leaves the vCPU out of its APIC map: no INIT, SIPI, NMI, SMI or fixed IPI reaches it.
inline constexpr std::uint64_t kApicBaseEnable = 1ull << 11;
inline constexpr std::uint64_t kApicBaseX2apic = 1ull << 10;  // SDM vol. 3 11.12.1
// IA32_SMBASE, SDM vol. 3 34.11; readable by the host only.
inline constexpr std::uint32_t kMsrSmbase = 0x9e;

// Complete reset: out of SMM, SMBASE 0x30000, nothing pending, fresh local APIC, all registers.
// The vCPU must not be in KVM_RUN.
Result<Done, SysError> reset_vcpu(const UniqueFd& vcpu, const VcpuReset& reset, WakeAs wake);

// The same, but with the local APIC disabled: deaf.
Result<Done, SysError> park_vcpu(const UniqueFd& vcpu, const VcpuReset& reset);

Result<std::uint64_t, SysError> read_smbase(const UniqueFd& vcpu);

// What must not change while a CPU is parked; compared when it is unparked.
struct ParkedState {
  kvm_regs regs{};
  std::uint64_t apic_base = 0;
  std::uint32_t mp_state = 0;
  std::uint64_t smbase = 0;
  bool nothing_pending = false;  // no NMI, SMI, interrupt or exception, empty IRR and ISR

  bool operator==(const ParkedState& o) const;
};
Result<ParkedState, SysError> capture_parked(const UniqueFd& vcpu);

}  // namespace unpark
