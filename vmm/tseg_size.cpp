// SPDX-License-Identifier: Apache-2.0
#include "vmm/tseg_size.h"

#include <fmt/format.h>

#include <algorithm>

#include "vmm/memory_map.h"
#include "vmm/q35_map.h"

namespace unpark {

namespace {

constexpr std::uint32_t kLeastMib = 16;        // what QEMU offers, and firmware is tested with
constexpr std::uint64_t kFixedKib = 8 * 1024;  // SMM's code, data and heap
constexpr std::uint64_t kKibPerCpu = 64;       // stacks, save state, tables, copies of MTRRs

// Pages of 1 GiB, SDM vol. 2A, CPUID leaf 80000001H: EDX[26].
bool has_gib_pages(const std::vector<kvm_cpuid_entry2>& cpuid) {
  return std::ranges::any_of(
      cpuid, [](const auto& e) { return e.function == 0x8000'0001 && (e.edx & 1u << 26) != 0; });
}

std::uint32_t physical_bits(const std::vector<kvm_cpuid_entry2>& cpuid) {
  for (const auto& e : cpuid)
    if (e.function == 0x8000'0008) return e.eax & 0xff;
  return 36;  // SDM vol. 3, 4.1.4
}

// SMM maps every physical address: a table of 512 entries for each GiB, or for each 512 GiB. OVMF
// looks at no more than 40 bits without pages of 1 GiB.
std::uint64_t page_table_kib(const std::vector<kvm_cpuid_entry2>& cpuid) {
  const std::uint32_t bits = physical_bits(cpuid);
  if (has_gib_pages(cpuid)) return bits > 39 ? 4ull << (bits - 39) : 4;
  return 4ull << (std::clamp(bits, 30u, 40u) - 30);
}

}  // namespace

std::uint32_t tseg_mib_for(const std::vector<kvm_cpuid_entry2>& cpuid, std::uint32_t possible) {
  const std::uint64_t kib = kFixedKib + page_table_kib(cpuid) + kKibPerCpu * possible;
  return std::max(kLeastMib, static_cast<std::uint32_t>((kib + 1023) / 1024));
}

std::string tseg_warning(std::uint32_t tseg_mib, std::uint32_t needed_mib, std::uint32_t possible) {
  if (tseg_mib >= needed_mib) return {};
  return fmt::format(
      "--tseg {}M may be too little SMM memory for {} possible CPUs, and the firmware may reset "
      "for "
      "ever: take auto ({} MiB) or a smaller --cpus max",
      tseg_mib, possible, needed_mib);
}

Result<Done, Error> check_tseg(std::uint32_t tseg_mib, std::uint32_t possible, std::uint64_t memory,
                               std::uint64_t needed) {
  const std::uint64_t size = tseg_mib * q35::kMiB;
  const std::uint64_t low = low_ram_size(memory);
  if (tseg_mib <= kMaxTsegMib && size + needed <= low) return Done{};
  return Unexpected{Error{fmt::format(
      "{} possible CPUs need {} MiB of SMM memory (TSEG), and the firmware {} MiB besides; there "
      "are {} MiB below 4 GiB: give more --memory or a smaller --cpus max",
      possible, tseg_mib, needed / q35::kMiB, low / q35::kMiB)}};
}

}  // namespace unpark
