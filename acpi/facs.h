// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "acpi/bytes.h"

namespace unpark::acpi {

// ACPI 6.5, 5.2.10, firmware ACPI control structure: no table header, no checksum, aligned to 64
// bytes. The OS writes into it.
struct [[gnu::packed]] Facs {
  std::array<char, 4> signature;           //  0
  std::uint32_t length;                    //  4
  std::uint32_t hardware_signature;        //  8
  std::uint32_t waking_vector;             // 12
  std::uint32_t global_lock;               // 16
  std::uint32_t flags;                     // 20
  std::uint64_t x_waking_vector;           // 24
  std::uint8_t version;                    // 32
  std::array<std::uint8_t, 3> reserved0;   // 33
  std::uint32_t ospm_flags;                // 36
  std::array<std::uint8_t, 24> reserved1;  // 40
};
static_assert(sizeof(Facs) == 64);
static_assert(offsetof(Facs, version) == 32);

inline constexpr std::uint32_t kFacsAlignment = 64;

// No S4BIOS, no waking vector: the machine has no sleeping state but S5.
inline Bytes facs() {
  const Facs table{.signature = {'F', 'A', 'C', 'S'}, .length = sizeof(Facs), .version = 2};
  const auto* first = reinterpret_cast<const std::uint8_t*>(&table);
  return Bytes(first, first + sizeof table);
}

}  // namespace unpark::acpi
