// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <linux/kvm.h>

#include <cstdint>
#include <vector>

#include "devices/types.h"

namespace unpark {

// CPUID of one vCPU: what the host's KVM supports, with the fields that tell CPUs apart put right.
// The topology is one package of `possible` cores of one thread; the APIC ID is the slot.
//
// Leaf 1 EBX[31:24] and EBX[23:16], EDX.HTT; leaf 4 EAX[31:26]; leaves 0Bh and 1Fh;
// 80000001h ECX[1] (CmpLegacy on AMD); 80000008h ECX; 8000001Eh (AMD). SDM vol. 2A CPUID, AMD APM
// vol. 3 E.4.
std::vector<kvm_cpuid_entry2> cpuid_of(const std::vector<kvm_cpuid_entry2>& supported, VcpuId cpu,
                                       std::uint32_t possible);

// Lowers the physical address bits (80000008h EAX[7:0]) to what OVMF's page tables take quickly: 40
// on AMD, 39 otherwise, where `memory_end` (first address behind RAM) fits into half of that; the
// upper half is for PCI. A host with fewer bits, or a machine with more memory, keeps what the host
// has.
void limit_physical_bits(std::vector<kvm_cpuid_entry2>& cpuid, std::uint64_t memory_end);

// Bits of an APIC ID that number the cores of a package of `cores`: ceil(log2).
std::uint32_t core_bits(std::uint32_t cores);

}  // namespace unpark
