// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "devices/field.h"

// ICH9 LPC bridge, function 00:1f.0. Freestanding.
// Sections: Intel I/O Controller Hub 9 datasheet (316972), 13.1 and 13.8.
namespace unpark::spec::lpc {

inline constexpr std::uint16_t kDevice = 0x1f;
inline constexpr std::uint16_t kFunction = 0;
inline constexpr std::uint16_t kDeviceId = 0x2918;
inline constexpr std::uint32_t kClassCode = 0x060100;  // ISA bridge

enum Offset : std::uint16_t {
  kPmbase = 0x40,     // u32
  kAcpiCntl = 0x44,   // u8
  kPirqA = 0x60,      // u8, PIRQA-D at 60h-63h
  kPirqE = 0x68,      // u8, PIRQE-H at 68h-6Bh
  kGenPmcon1 = 0xa0,  // u16
  kRcba = 0xf0,       // u32
};

// 13.1.14 PMBASE: bit 0 reads 1 (I/O space).
namespace pmbase {
using Base = Field<15, 7, std::uint16_t>;  // 128 byte units
inline constexpr std::uint32_t kIoSpace = 1;
inline constexpr std::uint16_t kHonoured = 0x0600;  // the only base this machine decodes
}  // namespace pmbase

// 13.1.15 ACPI_CNTL.
namespace acpi_cntl {
using SciSelect = Field<2, 0, std::uint8_t>;  // 000b: IRQ 9
using Enable = Field<7, 7, bool>;             // ACPI_EN: PM block decoded
}  // namespace acpi_cntl

// 13.1.18 PIRQ routing.
namespace pirq {
using Irq = Field<3, 0, std::uint8_t>;
using NotRouted = Field<7, 7, bool>;  // not to the 8259
inline constexpr std::uint8_t kReset = 0x80;
}  // namespace pirq

// 13.8.1.1 GEN_PMCON_1.
namespace gen_pmcon_1 {
using SmiLock = Field<4, 4, bool>;  // once set, until reset: SMI_EN.GBL_SMI_EN is read-only
}  // namespace gen_pmcon_1

// 13.1.36 RCBA: root complex register block, 16 KiB.
namespace rcba {
using Enable = Field<0, 0, bool>;
using Base = Field<31, 14, std::uint32_t>;              // 16 KiB units
inline constexpr std::uint32_t kHonoured = 0xfed1c000;  // the only base this machine decodes
inline constexpr std::uint32_t kSize = 0x4000;
}  // namespace rcba

}  // namespace unpark::spec::lpc
