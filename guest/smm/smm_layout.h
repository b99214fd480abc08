// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "guest/layout.h"

// What lies where in TSEG. Offsets from its base.
namespace unpark::guest::smm {

inline constexpr std::uint64_t kBody = 0;               // copy of the body, own data and bss
inline constexpr std::uint64_t kPageTables = 0x100000;  // 24 KiB
inline constexpr std::uint64_t kTiles = 0x110000;       // entries and save areas
inline constexpr std::uint64_t kStacks = 0x200000;      // one per APIC ID
inline constexpr std::uint64_t kStackSize = 0x2000;
inline constexpr std::uint64_t kUsed = kStacks + GUEST_MAX_CPUS * kStackSize;

// SDM volume 3, 32.4: a CPU enters SMM at SMBASE + 8000h and saves its state up to SMBASE + FFFFh.
inline constexpr std::uint64_t kEntry = 0x8000;
inline constexpr std::uint64_t kStateSize = 0x10000;

// SMBASEs stand 2 KiB apart: every tile holds the entry code of one CPU in its lower KiB and the
// save area of another (15 tiles earlier) in its upper one.
inline constexpr std::uint64_t kTileSize = 0x800;
inline constexpr std::uint64_t kEntrySize = 0x400;

constexpr std::uint64_t smbase_of(std::uint64_t tseg, std::uint32_t apic_id) {
  return tseg + kTiles - kEntry + apic_id * kTileSize;
}
constexpr std::uint64_t entry_of(std::uint64_t tseg, std::uint32_t apic_id) {
  return smbase_of(tseg, apic_id) + kEntry;
}
constexpr std::uint64_t save_area_of(std::uint64_t tseg, std::uint32_t apic_id) {
  return smbase_of(tseg, apic_id) + kStateSize - GUEST_SAVE_AREA_SIZE;
}
constexpr std::uint64_t stack_top_of(std::uint64_t tseg, std::uint32_t apic_id) {
  return tseg + kStacks + (apic_id + 1) * kStackSize;
}

// A body may fill kBody; bounds of the rest.
static_assert(save_area_of(0, GUEST_MAX_CPUS - 1) + GUEST_SAVE_AREA_SIZE <= kStacks);
static_assert(kPageTables + GUEST_PAGE_TABLES_SIZE <= kTiles);

}  // namespace unpark::guest::smm
