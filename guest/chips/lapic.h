// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "guest/chips/cpu.h"
#include "guest/layout.h"

// Local APIC. SDM volume 3, chapter 11.
namespace unpark::guest::lapic {

// Interrupt command register, delivery mode in bits 10:8 (11.6.1).
enum class Mode : std::uint32_t { kFixed = 0, kSmi = 2, kNmi = 4, kInit = 5, kStartUp = 6 };

inline constexpr std::uint32_t kApicBaseMsr = 0x1b;
inline constexpr std::uint64_t kX2ApicEnabled = 1u << 10;
inline constexpr std::uint32_t kIcrMsr = 0x830;  // x2APIC, 11.12.9
inline constexpr std::uintptr_t kEoi = GUEST_LAPIC + 0x0b0;
inline constexpr std::uintptr_t kSpurious = GUEST_LAPIC + 0x0f0;
inline constexpr std::uintptr_t kIcrLow = GUEST_LAPIC + 0x300;
inline constexpr std::uintptr_t kIcrHigh = GUEST_LAPIC + 0x310;
inline constexpr std::uint32_t kLevelAssert = 1u << 14;
inline constexpr std::uint32_t kAllExcludingSelf = 3u << 18;
inline constexpr std::uint32_t kAllIncludingSelf = 2u << 18;
inline constexpr std::uint8_t kSpuriousVector = 0xff;

inline std::uint32_t id() {
  return read_mmio(GUEST_LAPIC_ID) >> 24;
}
inline void enable() {
  write_mmio(kSpurious, 0x100u | kSpuriousVector);
}
inline void end_of_interrupt() {
  write_mmio(kEoi, 0);
}

// SMM must send even when a hostile OS has switched this CPU to x2APIC.
inline void command(std::uint32_t apic_id, std::uint32_t low) {
  if ((read_msr(kApicBaseMsr) & kX2ApicEnabled) != 0) {
    write_msr(kIcrMsr, std::uint64_t{apic_id} << 32 | low);
    return;
  }
  write_mmio(kIcrHigh, apic_id << 24);
  write_mmio(kIcrLow, low);
}

inline std::uint32_t icr(Mode mode, std::uint8_t vector) {
  return kLevelAssert | static_cast<std::uint32_t>(mode) << 8 | vector;
}
inline void send(std::uint32_t apic_id, Mode mode, std::uint8_t vector = 0) {
  command(apic_id, icr(mode, vector));
}
inline void send_to_others(Mode mode, std::uint8_t vector = 0) {
  command(0, icr(mode, vector) | kAllExcludingSelf);
}

}  // namespace unpark::guest::lapic
