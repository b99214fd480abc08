// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "vmm/kvm_ioctl.h"

namespace unpark {

// IA32_APIC_BASE (SDM vol. 3 11.4.4) decides whom KVM delivers an interrupt message to, our SMI
// broadcast among them: a CPU that turns its local APIC off would stay outside of every rendezvous.
// And a local APIC moved over TSEG is an old way into SMM. Writes therefore come to us.
inline constexpr std::uint32_t kMsrApicBase = 0x1b;

// Makes KVM hand every guest's write of IA32_APIC_BASE to user space. Once per machine.
Result<Done, SysError> filter_apic_base(const UniqueFd& vm);

// Whether a guest may change it from `now` to `next`: enabled, at FEE00000h, and from x2APIC mode
// not straight back to xAPIC (SDM vol. 3 11.12.5, which has #GP for that).
bool may_set_apic_base(std::uint64_t now, std::uint64_t next);

// Writes it for the guest. False: KVM does not like the value either (reserved bits).
Result<bool, SysError> set_apic_base(const UniqueFd& vcpu, std::uint64_t value);

}  // namespace unpark
