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
inline constexpr std::uint32_t kIcrMsr = 0x830;             // x2APIC, 11.12.9
inline constexpr std::uintptr_t kId = GUEST_LAPIC + 0x020;  // writable: proves nothing
inline constexpr std::uintptr_t kEoi = GUEST_LAPIC + 0x0b0;
inline constexpr std::uintptr_t kSpurious = GUEST_LAPIC + 0x0f0;
inline constexpr std::uintptr_t kIcrLow = GUEST_LAPIC + 0x300;
inline constexpr std::uintptr_t kIcrHigh = GUEST_LAPIC + 0x310;
inline constexpr std::uint32_t kLevelAssert = 1u << 14;
inline constexpr std::uint32_t kAllExcludingSelf = 3u << 18;
inline constexpr std::uint32_t kAllIncludingSelf = 2u << 18;
inline constexpr std::uint8_t kSpuriousVector = 0xff;

inline void enable() {
  write_mmio(kSpurious, 0x100u | kSpuriousVector);
}
inline void end_of_interrupt() {
  write_mmio(kEoi, 0);
}

// The registers of this CPU; a hosted test has its own.
struct Registers {
  static std::uint32_t read(std::uintptr_t at) { return read_mmio(at); }
  static void write(std::uintptr_t at, std::uint32_t v) { write_mmio(at, v); }
  static std::uint64_t read_msr(std::uint32_t msr) { return guest::read_msr(msr); }
  static void write_msr(std::uint32_t msr, std::uint64_t v) { guest::write_msr(msr, v); }
};

// SMM must send even when a hostile OS has switched this CPU to x2APIC, where the ICR is one
// register. In xAPIC mode it is two, and an SMI may have come between an OS's two writes: the
// destination that the OS has written must be there when it goes on.
template <class R>
void command(R&& registers, std::uint32_t apic_id, std::uint32_t low) {
  if ((registers.read_msr(kApicBaseMsr) & kX2ApicEnabled) != 0) {
    registers.write_msr(kIcrMsr, std::uint64_t{apic_id} << 32 | low);
    return;
  }
  const std::uint32_t high = registers.read(kIcrHigh);
  registers.write(kIcrHigh, apic_id << 24);
  registers.write(kIcrLow, low);
  registers.write(kIcrHigh, high);
}

inline std::uint32_t icr(Mode mode, std::uint8_t vector) {
  return kLevelAssert | static_cast<std::uint32_t>(mode) << 8 | vector;
}
inline void send(std::uint32_t apic_id, Mode mode, std::uint8_t vector = 0) {
  command(Registers{}, apic_id, icr(mode, vector));
}
inline void send_to_others(Mode mode, std::uint8_t vector = 0) {
  command(Registers{}, 0, icr(mode, vector) | kAllExcludingSelf);
}

}  // namespace unpark::guest::lapic
