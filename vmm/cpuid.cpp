// SPDX-License-Identifier: Apache-2.0
#include "vmm/cpuid.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace unpark {

namespace {

void remove_leaf(std::vector<kvm_cpuid_entry2>& v, std::uint32_t leaf) {
  std::erase_if(v, [&](const auto& e) { return e.function == leaf; });
}

// SDM vol. 2A, CPUID leaf 0Bh: subleaf 0 is the SMT level, 1 the core level, 2 ends the list.
void add_topology_leaf(std::vector<kvm_cpuid_entry2>& v, std::uint32_t leaf, VcpuId cpu,
                       std::uint32_t possible) {
  constexpr std::uint32_t kSmt = 1 << 8, kCore = 2 << 8;
  const auto add = [&](std::uint32_t index, std::uint32_t shift, std::uint32_t count,
                       std::uint32_t type) {
    kvm_cpuid_entry2 e{};
    e.function = leaf;
    e.index = index;
    e.flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX;
    e.eax = shift;
    e.ebx = count;
    e.ecx = index | type;
    e.edx = cpu.value;
    v.push_back(e);
  };
  add(0, 0, 1, kSmt);
  add(1, core_bits(possible), possible, kCore);
  add(2, 0, 0, 0);
}

// "AuthenticAMD": EBX of leaf 0 holds "Auth".
bool is_amd(const std::vector<kvm_cpuid_entry2>& v) {
  return std::any_of(v.begin(), v.end(),
                     [](const auto& e) { return e.function == 0 && e.ebx == 0x6874'7541; });
}

}  // namespace

std::uint32_t core_bits(std::uint32_t cores) {
  return cores <= 1 ? 0 : static_cast<std::uint32_t>(std::bit_width(cores - 1));
}

void limit_physical_bits(std::vector<kvm_cpuid_entry2>& cpuid, std::uint64_t memory_end) {
  const std::uint32_t wanted = is_amd(cpuid) ? 40 : 39;
  if (memory_end > std::uint64_t{1} << (wanted - 1)) return;
  for (auto& e : cpuid)
    if (e.function == 0x8000'0008 && (e.eax & 0xff) > wanted) e.eax = (e.eax & ~0xffu) | wanted;
}

std::vector<kvm_cpuid_entry2> cpuid_of(const std::vector<kvm_cpuid_entry2>& supported, VcpuId cpu,
                                       std::uint32_t possible) {
  std::vector<kvm_cpuid_entry2> v = supported;
  const bool amd = is_amd(v);
  const auto leaf0 =
      std::find_if(v.begin(), v.end(), [](const auto& e) { return e.function == 0; });
  const std::uint32_t max_leaf = leaf0 != v.end() ? leaf0->eax : 0;
  remove_leaf(v, 0x0b);
  remove_leaf(v, 0x1f);
  remove_leaf(v, 0x8000'0026);  // AMD's form of them; the host's, and nobody needs both
  if (max_leaf >= 0x0b) add_topology_leaf(v, 0x0b, cpu, possible);
  if (max_leaf >= 0x1f) add_topology_leaf(v, 0x1f, cpu, possible);

  // Fields of eight bits saturate; larger machines are told by leaf 0Bh.
  const std::uint32_t eight_bits = std::min<std::uint32_t>(possible, 255);
  for (auto& e : v) {
    switch (e.function) {
      case 1:
        e.ebx = (e.ebx & 0x0000'ffff) | (cpu.value & 0xff) << 24 | eight_bits << 16;
        e.edx = possible > 1 ? e.edx | 1u << 28 : e.edx & ~(1u << 28);  // HTT
        e.ecx &= ~(1u << 5);  // no VMX: KVM's nested state is no part of a reset or of parking
        e.ecx |= 1u << 31;    // a hypervisor is present: Linux looks for KVM's leaves then
        break;
      case 4:
        // Nothing of the cache topology is shared but what the level says; the package's cores.
        e.eax = (e.eax & 0x0000'3fff) | (std::min<std::uint32_t>(possible, 64) - 1) << 26;
        break;
      case 0x8000'0001:
        if (amd) e.ecx = possible > 1 ? e.ecx | 1u << 1 : e.ecx & ~(1u << 1);  // CmpLegacy
        e.ecx &= ~(1u << 2);                                                   // no SVM, as VMX
        break;
      case 0x8000'0008:
        e.ecx = amd ? (e.ecx & ~0xf0ffu) | core_bits(possible) << 12 | (eight_bits - 1) : 0;
        break;
      case 0x8000'001d:
        e.eax &= 0x0000'3fff;  // AMD APM vol. 3 E.4.16: no cache is shared, as in leaf 4
        break;
      case 0x8000'001e:
        // AMD APM vol. 3 E.4.17: extended APIC ID, core ID with one thread, node 0.
        e.eax = cpu.value;
        e.ebx = cpu.value & 0xff;
        e.ecx = 0;
        e.edx = 0;
        break;
      default:
        break;
    }
  }
  return v;
}

}  // namespace unpark
