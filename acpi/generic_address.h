// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>

namespace unpark::acpi {

enum class AddressSpace : std::uint8_t { kSystemMemory = 0, kSystemIo = 1 };
enum class AccessSize : std::uint8_t { kUndefined = 0, kByte = 1, kWord = 2, kDWord = 3 };

// ACPI 6.5, 5.2.3.2, generic address structure.
struct [[gnu::packed]] GenericAddress {
  AddressSpace space;      // 0
  std::uint8_t bits;       // 1: width of the register
  std::uint8_t first_bit;  // 2
  AccessSize access;       // 3
  std::uint64_t address;   // 4
};
static_assert(sizeof(GenericAddress) == 12);

// A register block of `bytes` bytes in I/O space.
constexpr GenericAddress io_block(std::uint16_t port, std::uint8_t bytes, AccessSize access) {
  return {AddressSpace::kSystemIo, static_cast<std::uint8_t>(bytes * 8), 0, access, port};
}

}  // namespace unpark::acpi
