// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

// Debug console of QEMU (isa-debugcon) and OVMF: what is written comes out. Freestanding.
namespace unpark::spec::debug_console {

inline constexpr std::uint16_t kPort = 0x0402;  // u8
inline constexpr std::uint16_t kSize = 1;
inline constexpr std::uint8_t kReadback = 0xe9;  // reads as this: the console is there

}  // namespace unpark::spec::debug_console
