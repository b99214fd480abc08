// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "devices/field.h"

// PCI configuration space. Freestanding: shared by the devices and the guest.
namespace unpark::spec::pci {

// PCI Local Bus 3.0, 3.2.2.3.2: configuration mechanism #1.
inline constexpr std::uint16_t kConfigAddressPort = 0x0cf8;  // dword only
inline constexpr std::uint16_t kConfigDataPort = 0x0cfc;     // byte, word or dword at 0xCFC-0xCFF
inline constexpr std::uint16_t kConfigPorts = 8;             // 0xCF8-0xCFF
inline constexpr std::uint16_t kConventionalSize = 256;      // bytes per function that #1 reaches

namespace config_address {
using Enable = Field<31, 31, bool>;
using Bus = Field<23, 16, std::uint8_t>;
using Device = Field<15, 11, std::uint8_t>;
using Function = Field<10, 8, std::uint8_t>;
using Register = Field<7, 2, std::uint8_t>;           // dword number
inline constexpr std::uint32_t kStored = 0x80fffffc;  // the rest reads as zero
// What to write to kConfigAddressPort for the dword that holds `offset`.
constexpr std::uint32_t of(unsigned bus, unsigned device, unsigned function, unsigned offset) {
  return 0x80000000u | (bus & 0xffu) << 16 | (device & 0x1fu) << 11 | (function & 7u) << 8 |
         (offset & 0xfcu);
}
}  // namespace config_address

// PCI Express Base 3.0, 7.2.2: enhanced configuration access mechanism.
inline constexpr std::uint64_t kEcamBase = 0xb0000000;  // of this machine
inline constexpr std::uint64_t kEcamSize = 0x10000000;  // 256 buses
namespace ecam {
using Bus = Field<27, 20, std::uint8_t>;
using Device = Field<19, 15, std::uint8_t>;
using Function = Field<14, 12, std::uint8_t>;
using Register = Field<11, 0, std::uint16_t>;  // byte
constexpr std::uint32_t offset_of(unsigned bus, unsigned device, unsigned function,
                                  unsigned offset) {
  return (bus & 0xffu) << 20 | (device & 0x1fu) << 15 | (function & 7u) << 12 | (offset & 0xfffu);
}
}  // namespace ecam

// PCI Local Bus 3.0, 6.1: type 00h header.
enum Offset : std::uint16_t {
  kVendorId = 0x00,    // u16
  kDeviceId = 0x02,    // u16
  kCommand = 0x04,     // u16
  kStatus = 0x06,      // u16
  kRevisionId = 0x08,  // u8
  kClassCode = 0x09,   // u24: interface, subclass, class
  kHeaderType = 0x0e,  // u8; bit 7: several functions
  kBar0 = 0x10,        // 6 x u32
  kSubsystemVendorId = 0x2c,
  kSubsystemId = 0x2e,
  kInterruptLine = 0x3c,
  kInterruptPin = 0x3d,
  kDeviceSpecific = 0x40,
};

// PCI Local Bus 3.0, 6.2.2.
namespace command {
using IoSpace = Field<0, 0, bool>;
using MemorySpace = Field<1, 1, bool>;
using BusMaster = Field<2, 2, bool>;
using SerrEnable = Field<8, 8, bool>;
}  // namespace command

inline constexpr std::uint16_t kVendorIntel = 0x8086;

}  // namespace unpark::spec::pci
