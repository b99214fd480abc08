// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "devices/field.h"

// Memory controller hub (Q35 family), function 00:00.0. Freestanding.
// Sections: Intel 3 Series Express Chipset datasheet (316966), 5.1. The two registers marked [V] do
// not exist on silicon: they are the virtual platform's, as OVMF knows them.
namespace unpark::spec::mch {

inline constexpr std::uint16_t kDevice = 0;
inline constexpr std::uint16_t kFunction = 0;
inline constexpr std::uint16_t kDeviceId = 0x29c0;
inline constexpr std::uint32_t kClassCode = 0x060000;  // host bridge

enum Offset : std::uint16_t {
  kExtTsegMb = 0x50,     // u16 [V]
  kGgc = 0x52,           // u16
  kPciexbarLow = 0x60,   // u32
  kPciexbarHigh = 0x64,  // u32
  kPam0 = 0x90,          // u8, PAM0-PAM6 at 90h-96h
  kSmbaseSmram = 0x9c,   // u8 [V]
  kSmram = 0x9d,         // u8
  kEsmramc = 0x9e,       // u8
  kGbsm = 0xa4,          // u32
  kBgsm = 0xa8,          // u32
  kTsegmb = 0xac,        // u32: base of TSEG, MiB << 20
  kTolud = 0xb0,         // u16: top of low usable DRAM, MiB << 4
};

// EXT_TSEG_MB: write the query, read back: the query itself = not offered, else the size in MiB
// that ESMRAMC size 11b selects.
inline constexpr std::uint16_t kExtTsegQuery = 0xffff;

// PCIEXBAR, 64 bits. Always 256 MiB long here.
namespace pciexbar {
using Enable = Field<0, 0, bool>;
using Length = Field<2, 1, std::uint8_t>;  // 00b: 256 MiB
using Base = Field<35, 28, std::uint8_t>;  // 256 MiB units
}  // namespace pciexbar

// PAM0[5:4] covers F0000-FFFFF. PAMn[1:0] and [5:4] cover 16 KiB each from C0000 up, n = 1..6.
namespace pam {
inline constexpr unsigned kRegisters = 7;
using Low = Field<1, 0, std::uint8_t>;
using High = Field<5, 4, std::uint8_t>;
inline constexpr std::uint8_t kReadRam = 1;
inline constexpr std::uint8_t kWriteRam = 2;
}  // namespace pam

// SMBASE-SMRAM: SMRAM at the default SMBASE, 30000-4FFFF. Write the query; reads kOffered if there
// is such a thing. Then write kLocked: hidden outside SMM until reset.
namespace smbase_smram {
inline constexpr std::uint8_t kQuery = 0xff;
inline constexpr std::uint8_t kOffered = 0x01;
inline constexpr std::uint8_t kLocked = 0x02;
}  // namespace smbase_smram

namespace smram {
using CBaseSeg = Field<2, 0, std::uint8_t>;  // read-only 010b: A0000-BFFFF
using Global = Field<3, 3, bool>;            // G_SMRAME
using Locked = Field<4, 4, bool>;            // D_LCK: until reset
using Closed = Field<5, 5, bool>;            // D_CLS
using Open = Field<6, 6, bool>;              // D_OPEN
inline constexpr std::uint8_t kReset = 0x02;
}  // namespace smram

namespace esmramc {
using TsegEnable = Field<0, 0, bool>;  // T_EN
using TsegSize = Field<2, 1, std::uint8_t>;
using CacheBits = Field<5, 3, std::uint8_t>;  // SM_L2, SM_L1, SM_CACHE: read-only 111b
using HighEnable = Field<7, 7, bool>;         // H_SMRAME
enum Size : std::uint8_t { kSize1MiB = 0, kSize2MiB = 1, kSize8MiB = 2, kSizeExtended = 3 };
inline constexpr std::uint8_t kReset = 0x38;
}  // namespace esmramc

}  // namespace unpark::spec::mch
