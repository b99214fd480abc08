// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// SMBIOS 3.0 tables (DSP0134), from which dmidecode and the OS learn what machine this is. OVMF
// takes over each structure as it is, checks of the entry point only the anchor, the version and
// the size of the table, and makes an entry point of its own.
namespace unpark {

inline constexpr char kSmbiosAnchorFile[] = "etc/smbios/smbios-anchor";
inline constexpr char kSmbiosTablesFile[] = "etc/smbios/smbios-tables";

struct SmbiosConfig {
  std::uint32_t possible_cpus = 1;
  std::uint32_t present_cpus = 1;
  std::uint64_t memory = 0;    // bytes, multiple of 1 MiB; where it lies: memory_map.h
  std::uint64_t firmware = 0;  // bytes of the flash image, at most 16 MiB
  // In the order of its text form (RFC 4122). All zero: the machine has none (7.2.1).
  std::array<std::uint8_t, 16> uuid{};
  std::string version;  // of the machine and of what stands for its BIOS: "0.1.0"
};

struct SmbiosFiles {
  std::vector<std::byte> anchor;  // kSmbiosAnchorFile
  std::vector<std::byte> tables;  // kSmbiosTablesFile: its size depends on no number of CPUs
};

// Types 0, 1, 3, 4, 16, 17, 19, 32 and 127. Not there, though 6.2 wants them: 7 (caches; the
// guest's CPUID knows) and 9 (slots: the machine has none).
SmbiosFiles build_smbios(const SmbiosConfig& config);

}  // namespace unpark
