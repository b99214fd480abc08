// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "devices/memory_control.h"
#include "devices/types.h"

namespace unpark {

// How guest memory is cut into pieces, and who sees which piece. Pure: no KVM here.
//
// The cuts are fixed when the machine is built: at every boundary where the chipset may ever change
// what is visible (0x30000-0x4FFFF, A0000, the PAM segments, every TSEG size). A change of
// visibility therefore adds or removes whole KVM slots and never touches memory that stays visible,
// so no vCPU has to be stopped for it.

enum class Backing { kRam, kFlash, kVars };  // kVars is a part of the flash image too

struct Piece {
  Gpa at;
  std::uint64_t size = 0;  // bytes, multiple of 4 KiB
  Backing backing = Backing::kRam;
  std::uint64_t offset = 0;  // into the RAM or the flash image
};

enum class Visibility : std::uint8_t { kHidden, kReadOnly, kReadWrite };

// KVM's address spaces: 0 is what the OS and devices see, 1 what a vCPU in SMM sees.
inline constexpr unsigned kNormal = 0, kSmm = 1, kAddressSpaces = 2;
using ViewOfPiece = std::array<Visibility, kAddressSpaces>;

struct MemorySizes {
  std::uint64_t ram = 0;           // bytes, multiple of 1 MiB
  std::uint64_t flash = 0;         // bytes, multiple of 4 KiB, at most q35::kMaxFlash
  std::uint32_t ext_tseg_mib = 0;  // the size that ESMRAMC 11b selects
  std::uint64_t vars = 0;          // first bytes of the flash: a writable chip; multiple of 4 KiB
};

// End of RAM below 4 GiB: all of it up to 2816 MiB, else 2 GiB, the rest above 4 GiB (as QEMU
// does).
std::uint64_t low_ram_size(std::uint64_t ram);

// First address behind all RAM.
std::uint64_t ram_end(std::uint64_t ram);

// Sorted by address but for the flash alias, which shares its addresses with RAM: of the two at
// most one is visible at a time.
std::vector<Piece> cut_memory(const MemorySizes& sizes);

// What `control` makes of `piece`, in each address space. `vars_trapped`: the chip that holds the
// variables is in command mode, and answers reads itself.
ViewOfPiece view_of(const Piece& piece, const MemorySizes& sizes, const MemoryControl& control,
                    bool vars_trapped = false);

// [first, end) of TSEG for `control`; empty if it is not enabled.
struct TsegRange {
  std::uint64_t first = 0, end = 0;
};
TsegRange tseg_range(const MemorySizes& sizes, const MemoryControl& control);

}  // namespace unpark
