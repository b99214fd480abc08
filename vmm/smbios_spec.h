// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

// System Management BIOS Reference Specification, DMTF DSP0134, version 3.0.0. Structures as they
// are in memory, fields in the order and with the offsets of the specification. A field of type
// StringNumber counts the strings behind the structure from 1; 0 is "none" (6.1.3).
namespace unpark::spec::smbios {

using StringNumber = std::uint8_t;
using Handle = std::uint16_t;

// 5.2.2, the 64-bit entry point. What it points at is placed by the firmware.
struct [[gnu::packed]] EntryPoint {
  std::array<char, 5> anchor;   // 00h: "_SM3_"
  std::uint8_t checksum;        // 05h: makes the sum of all bytes 0
  std::uint8_t length;          // 06h
  std::uint8_t major;           // 07h
  std::uint8_t minor;           // 08h
  std::uint8_t docrev;          // 09h
  std::uint8_t revision;        // 0Ah: of this structure, 1
  std::uint8_t reserved;        // 0Bh
  std::uint32_t table_size;     // 0Ch
  std::uint64_t table_address;  // 10h
};
static_assert(sizeof(EntryPoint) == 0x18);

// 6.1.2
struct [[gnu::packed]] Header {
  std::uint8_t type;    // 00h
  std::uint8_t length;  // 01h: without the strings
  Handle handle;        // 02h: unique
};
static_assert(sizeof(Header) == 4);

inline constexpr Handle kNotProvided = 0xfffe;  // of error information
inline constexpr Handle kNoCache = 0xffff;

// 7.1
struct [[gnu::packed]] BiosInformation {
  static constexpr std::uint8_t kType = 0;
  Header header;
  StringNumber vendor;                           // 04h
  StringNumber version;                          // 05h
  std::uint16_t start_segment;                   // 06h
  StringNumber release_date;                     // 08h: mm/dd/yyyy
  std::uint8_t rom_size;                         // 09h: n + 1 times 64 KiB
  std::uint64_t characteristics;                 // 0Ah
  std::array<std::uint8_t, 2> characteristics2;  // 12h
  std::uint8_t major_release;                    // 14h
  std::uint8_t minor_release;                    // 15h
  std::uint8_t controller_major;                 // 16h: FFh, no embedded controller
  std::uint8_t controller_minor;                 // 17h
};
static_assert(sizeof(BiosInformation) == 0x18);
inline constexpr std::uint64_t kPciSupported = 1u << 7;
inline constexpr std::uint8_t kAcpiSupported = 1u << 0;   // first extension byte
inline constexpr std::uint8_t kUefiSupported = 1u << 3;   // second one
inline constexpr std::uint8_t kVirtualMachine = 1u << 4;  // second one

// 7.2
struct [[gnu::packed]] SystemInformation {
  static constexpr std::uint8_t kType = 1;
  Header header;
  StringNumber manufacturer;          // 04h
  StringNumber product;               // 05h
  StringNumber version;               // 06h
  StringNumber serial;                // 07h
  std::array<std::uint8_t, 16> uuid;  // 08h: first three fields little-endian (7.2.1)
  std::uint8_t wake_up;               // 18h
  StringNumber sku;                   // 19h
  StringNumber family;                // 1Ah
};
static_assert(sizeof(SystemInformation) == 0x1b);
inline constexpr std::uint8_t kPowerSwitch = 6;

// 7.4, without contained elements.
struct [[gnu::packed]] Enclosure {
  static constexpr std::uint8_t kType = 3;
  Header header;
  StringNumber manufacturer;        // 04h
  std::uint8_t kind;                // 05h
  StringNumber version;             // 06h
  StringNumber serial;              // 07h
  StringNumber asset_tag;           // 08h
  std::uint8_t boot_up_state;       // 09h
  std::uint8_t power_supply_state;  // 0Ah
  std::uint8_t thermal_state;       // 0Bh
  std::uint8_t security_status;     // 0Ch
  std::uint32_t oem;                // 0Dh
  std::uint8_t height;              // 11h: 0, unspecified
  std::uint8_t power_cords;         // 12h: 0, unspecified
  std::uint8_t elements;            // 13h
  std::uint8_t element_length;      // 14h
  StringNumber sku;                 // 15h
};
static_assert(sizeof(Enclosure) == 0x16);
inline constexpr std::uint8_t kOtherEnclosure = 1;
inline constexpr std::uint8_t kStateSafe = 3;
inline constexpr std::uint8_t kSecurityUnknown = 2;

// 7.5
struct [[gnu::packed]] Processor {
  static constexpr std::uint8_t kType = 4;
  Header header;
  StringNumber socket;            // 04h
  std::uint8_t kind;              // 05h
  std::uint8_t family;            // 06h
  StringNumber manufacturer;      // 07h
  std::uint64_t id;               // 08h: leaf 1 EAX, EDX
  StringNumber version;           // 10h
  std::uint8_t voltage;           // 11h
  std::uint16_t external_clock;   // 12h: MHz; 0, unknown
  std::uint16_t max_speed;        // 14h
  std::uint16_t current_speed;    // 16h
  std::uint8_t status;            // 18h
  std::uint8_t upgrade;           // 19h
  Handle l1_cache;                // 1Ah
  Handle l2_cache;                // 1Ch
  Handle l3_cache;                // 1Eh
  StringNumber serial;            // 20h
  StringNumber asset_tag;         // 21h
  StringNumber part;              // 22h
  std::uint8_t cores;             // 23h: FFh for 256 and more
  std::uint8_t cores_enabled;     // 24h
  std::uint8_t threads;           // 25h
  std::uint16_t characteristics;  // 26h
  std::uint16_t family2;          // 28h
  std::uint16_t cores2;           // 2Ah: the same, wider
  std::uint16_t cores_enabled2;   // 2Ch
  std::uint16_t threads2;         // 2Eh
};
static_assert(sizeof(Processor) == 0x30);
inline constexpr std::uint8_t kCentralProcessor = 3;
inline constexpr std::uint8_t kOtherFamily = 1;
inline constexpr std::uint8_t kSocketPopulated = 1u << 6;
inline constexpr std::uint8_t kProcessorEnabled = 1;
inline constexpr std::uint8_t kOtherUpgrade = 1;
inline constexpr std::uint16_t k64Bit = 1u << 2;
inline constexpr std::uint16_t kMultiCore = 1u << 3;
inline constexpr std::uint16_t kExecuteProtection = 1u << 5;
inline constexpr std::uint16_t kMostCores = 0xfffe;  // FFFFh is reserved

// 7.17
struct [[gnu::packed]] MemoryArray {
  static constexpr std::uint8_t kType = 16;
  Header header;
  std::uint8_t location;       // 04h
  std::uint8_t use;            // 05h
  std::uint8_t correction;     // 06h
  std::uint32_t capacity_kib;  // 07h: 8000'0000h, look below
  Handle error_information;    // 0Bh
  std::uint16_t devices;       // 0Dh
  std::uint64_t capacity;      // 0Fh: bytes
};
static_assert(sizeof(MemoryArray) == 0x17);
inline constexpr std::uint8_t kOtherLocation = 1;
inline constexpr std::uint8_t kSystemMemory = 3;
inline constexpr std::uint8_t kUnknownCorrection = 2;
inline constexpr std::uint32_t kSeeCapacity = 0x8000'0000;

// 7.18
struct [[gnu::packed]] MemoryDevice {
  static constexpr std::uint8_t kType = 17;
  Header header;
  Handle array;                     // 04h
  Handle error_information;         // 06h
  std::uint16_t total_width;        // 08h: FFFFh, unknown
  std::uint16_t data_width;         // 0Ah
  std::uint16_t size_mib;           // 0Ch: 7FFFh, look at extended_size_mib
  std::uint8_t form_factor;         // 0Eh
  std::uint8_t set;                 // 0Fh: 0, none
  StringNumber device_locator;      // 10h
  StringNumber bank_locator;        // 11h
  std::uint8_t kind;                // 12h
  std::uint16_t detail;             // 13h
  std::uint16_t speed;              // 15h: 0, unknown
  StringNumber manufacturer;        // 17h
  StringNumber serial;              // 18h
  StringNumber asset_tag;           // 19h
  StringNumber part;                // 1Ah
  std::uint8_t attributes;          // 1Bh
  std::uint32_t extended_size_mib;  // 1Ch: bits 30:0
  std::uint16_t configured_speed;   // 20h
  std::uint16_t min_voltage;        // 22h
  std::uint16_t max_voltage;        // 24h
  std::uint16_t voltage;            // 26h
};
static_assert(sizeof(MemoryDevice) == 0x28);
inline constexpr std::uint16_t kUnknownWidth = 0xffff;
inline constexpr std::uint16_t kSeeExtendedSize = 0x7fff;
inline constexpr std::uint32_t kLargestExtendedSize = 0x7fff'ffff;
inline constexpr std::uint8_t kDimm = 9;
inline constexpr std::uint8_t kRam = 7;
inline constexpr std::uint16_t kOtherDetail = 1u << 1;

// 7.20
struct [[gnu::packed]] MappedRange {
  static constexpr std::uint8_t kType = 19;
  Header header;
  std::uint32_t first_kib;   // 04h: FFFF'FFFFh, look at first
  std::uint32_t last_kib;    // 08h: the last KiB inside
  Handle array;              // 0Ch
  std::uint8_t row_devices;  // 0Eh: memory devices that form a row
  std::uint64_t first;       // 0Fh: bytes
  std::uint64_t last;        // 17h: the last byte inside
};
static_assert(sizeof(MappedRange) == 0x1f);
inline constexpr std::uint32_t kSeeExtendedAddress = 0xffff'ffff;

// 7.33
struct [[gnu::packed]] BootInformation {
  static constexpr std::uint8_t kType = 32;
  Header header;
  std::array<std::uint8_t, 6> reserved;  // 04h
  std::uint8_t status;                   // 0Ah: 0, no errors
};
static_assert(sizeof(BootInformation) == 0x0b);

// 7.45
struct [[gnu::packed]] EndOfTable {
  static constexpr std::uint8_t kType = 127;
  Header header;
};

}  // namespace unpark::spec::smbios
