// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "acpi/bytes.h"

// How an OS finds the other tables.
namespace unpark::acpi {

// ACPI 6.5, 5.2.5.3, root system description pointer. Two checksums, and no table header.
struct [[gnu::packed]] Rsdp {
  std::array<char, 8> signature;         //  0
  std::uint8_t checksum;                 //  8: of the first 20 bytes
  std::array<char, 6> oem_id;            //  9
  std::uint8_t revision;                 // 15
  std::uint32_t rsdt;                    // 16
  std::uint32_t length;                  // 20
  std::uint64_t xsdt;                    // 24
  std::uint8_t extended_checksum;        // 32: of all bytes
  std::array<std::uint8_t, 3> reserved;  // 33
};
static_assert(sizeof(Rsdp) == 36);
static_assert(offsetof(Rsdp, xsdt) == 24);

inline constexpr std::uint32_t kRsdpAlignment = 16;  // 5.2.5.1: searched on 16-byte boundaries
inline constexpr std::uint32_t kRsdpXsdtOffset = 24;
inline constexpr std::uint32_t kRsdpChecksumOffset = 8;
inline constexpr std::uint32_t kRsdpChecksumLength = 20;
inline constexpr std::uint32_t kRsdpExtendedChecksumOffset = 32;

// Revision 2. There is no RSDT: everything that runs here is 64-bit.
Bytes rsdp(std::uint64_t xsdt);

// ACPI 6.5, 5.2.8: the header, then 64-bit addresses.
Bytes xsdt(const std::vector<std::uint64_t>& tables);

}  // namespace unpark::acpi
