// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "devices/field.h"

// fw_cfg, the platform's way to hand data to firmware. Freestanding.
// Spec: QEMU docs/specs/fw_cfg.
namespace unpark::spec::fw_cfg {

inline constexpr std::uint16_t kBase = 0x0510;
inline constexpr std::uint16_t kPorts = 12;
inline constexpr std::uint16_t kSelectorPort = 0x0510;  // u16 LE, write
inline constexpr std::uint16_t kDataPort = 0x0511;      // u8, read
inline constexpr std::uint16_t kDmaHighPort = 0x0514;   // u32 BE: address bits 63:32
inline constexpr std::uint16_t kDmaLowPort = 0x0518;    // u32 BE: address bits 31:0; starts it

enum Offset : std::uint16_t { kSelector = 0, kData = 1, kDmaHigh = 4, kDmaLow = 8 };

// What the DMA address register reads as, in memory order: proof that it is there.
inline constexpr char kDmaSignature[] = "QEMU CFG";

enum Key : std::uint16_t {
  kSignature = 0x0000,  // "QEMU"
  kId = 0x0001,         // u32 LE
  kNbCpus = 0x0005,     // u16 LE: CPUs present at this boot
  kKernelSize = 0x0008,
  kInitrdSize = 0x000b,
  kBootMenu = 0x000e,  // u16 LE
  kMaxCpus = 0x000f,   // u16 LE
  kKernelData = 0x0011,
  kInitrdData = 0x0012,
  kCmdlineSize = 0x0014,
  kCmdlineData = 0x0015,
  kSetupSize = 0x0017,
  kSetupData = 0x0018,
  kFileDirectory = 0x0019,
  kFirstFile = 0x0020,
  kLastFile = 0x3fff,
};

// kId.
namespace id {
inline constexpr std::uint32_t kTraditional = 1u << 0;  // always
inline constexpr std::uint32_t kDma = 1u << 1;
}  // namespace id

// kFileDirectory: u32 BE count, then entries sorted by name.
namespace directory {
inline constexpr unsigned kEntrySize = 64;
inline constexpr unsigned kSizeAt = 0;    // u32 BE
inline constexpr unsigned kSelectAt = 4;  // u16 BE
inline constexpr unsigned kNameAt = 8;    // NUL-terminated
inline constexpr unsigned kNameSize = 56;
}  // namespace directory

// The descriptor a DMA address points to, 16 bytes, all big-endian.
namespace dma {
inline constexpr unsigned kSize = 16;
inline constexpr unsigned kControlAt = 0;  // u32
inline constexpr unsigned kLengthAt = 4;   // u32
inline constexpr unsigned kAddressAt = 8;  // u64
// Written back when finished: 0, or Error.
using Error = Field<0, 0, bool>;
using Read = Field<1, 1, bool>;
using Skip = Field<2, 2, bool>;
using Select = Field<3, 3, bool>;
using Write = Field<4, 4, bool>;
using SelectKey = Field<31, 16, std::uint16_t>;
}  // namespace dma

}  // namespace unpark::spec::fw_cfg
