// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "devices/field.h"

// NOR flash with the Intel command set (CFI primary command set 0001h), one byte wide.
// Freestanding. Sources: Intel StrataFlash Memory (J3) datasheet (290667), command set and status
// register; JEDEC JESD68.01, Common Flash Interface.
namespace unpark::spec::cfi_flash {

inline constexpr std::uint32_t kBlockSize = 0x1000;  // of the virtual platform; OVMF counts on it
inline constexpr std::uint32_t kBufferSize = 32;     // bytes of one buffered write

enum Command : std::uint8_t {
  kProgram = 0x10,     // the next write is the byte
  kEraseSetup = 0x20,  // confirmed by kConfirm in the same block
  kProgramToo = 0x40,  // the same as kProgram
  kClearStatus = 0x50,
  kLockSetup = 0x60,  // the next write is one of the three below
  kReadStatus = 0x70,
  kReadId = 0x90,
  kQuery = 0x98,
  kConfirm = 0xd0,
  kWriteToBuffer = 0xe8,  // then the number of bytes less one, the bytes, kConfirm
  kReadArray = 0xff,
};

// Second write after kLockSetup.
inline constexpr std::uint8_t kLock = 0x01;
inline constexpr std::uint8_t kLockDown = 0x2f;
inline constexpr std::uint8_t kUnlock = 0xd0;

// Status register. Both errors together also mean a wrong sequence of commands.
namespace status {
using Ready = Field<7, 7, bool>;         // SR.7
using EraseError = Field<5, 5, bool>;    // SR.5
using ProgramError = Field<4, 4, bool>;  // SR.4
inline constexpr std::uint8_t kReset = 0x80;
inline constexpr std::uint8_t kWrongSequence = 0x30;
}  // namespace status

// What kReadId shows, offsets in a block.
namespace id {
inline constexpr std::uint32_t kManufacturerAt = 0;
inline constexpr std::uint32_t kDeviceAt = 1;
inline constexpr std::uint8_t kManufacturer = 0x89;  // Intel
inline constexpr std::uint8_t kDevice = 0x18;        // 28F128J3
}  // namespace id

// What kQuery shows, JESD68.01 table: offsets in a block, 16-bit values low byte first.
namespace query {
inline constexpr std::uint32_t kStart = 0x10;          // "QRY"
inline constexpr std::uint32_t kDeviceSize = 0x27;     // 2^n bytes
inline constexpr std::uint32_t kEraseBlocks = 0x2d;    // u16: number of blocks less one
inline constexpr std::uint32_t kBlockUnits = 0x2f;     // u16: block size in units of 256 bytes
inline constexpr std::uint32_t kIntelExtended = 0x31;  // "PRI"
inline constexpr std::uint32_t kEnd = 0x40;
}  // namespace query

}  // namespace unpark::spec::cfi_flash
