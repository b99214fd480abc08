// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>

// Entries of the MADT, ACPI 6.5, 5.2.12: each begins with its type and its length.
namespace unpark::acpi {

enum class MadtEntryType : std::uint8_t {
  kLocalApic = 0,
  kIoApic = 1,
  kInterruptOverride = 2,
  kLocalApicNmi = 4,
  kLocalX2Apic = 9,
  kLocalX2ApicNmi = 10,
};

// 5.2.12.5, MPS INTI flags: bits 1:0 polarity, bits 3:2 trigger mode.
enum class MpsIntiFlags : std::uint16_t {
  kBusDefault = 0x00,
  kLevelActiveHigh = 0x0d,
};

// After the header of the table.
struct [[gnu::packed]] MadtBody {
  std::uint32_t local_apic_address;  // 36
  std::uint32_t flags;               // 40: bit 0 PCAT_COMPAT, there is a pair of 8259s
};
static_assert(sizeof(MadtBody) == 8);

// 5.2.12.2
struct [[gnu::packed]] LocalApicEntry {
  MadtEntryType type;
  std::uint8_t length;
  std::uint8_t uid;      // 2
  std::uint8_t apic_id;  // 3
  std::uint32_t flags;   // 4
};
static_assert(sizeof(LocalApicEntry) == 8);

// 5.2.12.3
struct [[gnu::packed]] IoApicEntry {
  MadtEntryType type;
  std::uint8_t length;
  std::uint8_t id;         // 2
  std::uint8_t reserved;   // 3
  std::uint32_t address;   // 4
  std::uint32_t gsi_base;  // 8
};
static_assert(sizeof(IoApicEntry) == 12);

// 5.2.12.5
struct [[gnu::packed]] InterruptOverrideEntry {
  MadtEntryType type;
  std::uint8_t length;
  std::uint8_t bus;     // 2: 0 is ISA
  std::uint8_t source;  // 3: ISA IRQ
  std::uint32_t gsi;    // 4
  MpsIntiFlags flags;   // 8
};
static_assert(sizeof(InterruptOverrideEntry) == 10);

// 5.2.12.7
struct [[gnu::packed]] LocalApicNmiEntry {
  MadtEntryType type;
  std::uint8_t length;
  std::uint8_t uid;    // 2: 0xff is every CPU
  MpsIntiFlags flags;  // 3
  std::uint8_t lint;   // 5
};
static_assert(sizeof(LocalApicNmiEntry) == 6);

// 5.2.12.12
struct [[gnu::packed]] LocalX2ApicEntry {
  MadtEntryType type;
  std::uint8_t length;
  std::uint16_t reserved;  //  2
  std::uint32_t apic_id;   //  4
  std::uint32_t flags;     //  8
  std::uint32_t uid;       // 12
};
static_assert(sizeof(LocalX2ApicEntry) == 16);

// 5.2.12.13
struct [[gnu::packed]] LocalX2ApicNmiEntry {
  MadtEntryType type;
  std::uint8_t length;
  MpsIntiFlags flags;                    // 2
  std::uint32_t uid;                     // 4: 0xffffffff is every CPU
  std::uint8_t lint;                     // 8
  std::array<std::uint8_t, 3> reserved;  // 9
};
static_assert(sizeof(LocalX2ApicNmiEntry) == 12);

}  // namespace unpark::acpi
