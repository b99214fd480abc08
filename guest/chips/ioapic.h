// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "guest/chips/cpu.h"

// I/O APIC. Intel 82093AA datasheet, 3.0.
namespace unpark::guest::ioapic {

inline constexpr std::uintptr_t kSelect = 0xfec00000;
inline constexpr std::uintptr_t kWindow = 0xfec00010;
inline constexpr std::uint32_t kRedirectionTable = 0x10;  // two dwords per pin
inline constexpr std::uint32_t kLevelTriggered = 1u << 15;

inline void write(std::uint32_t index, std::uint32_t value) {
  write_mmio(kSelect, index);
  write_mmio(kWindow, value);
}
// Fixed delivery to one CPU, level, active high, unmasked.
inline void route_level_high(unsigned pin, std::uint8_t vector, std::uint32_t apic_id) {
  write(kRedirectionTable + 2 * pin + 1, apic_id << 24);
  write(kRedirectionTable + 2 * pin, kLevelTriggered | vector);
}

}  // namespace unpark::guest::ioapic
