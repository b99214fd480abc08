// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "devices/field.h"

// RST_CNT, the reset control register. Intel I/O Controller Hub 9 datasheet, section 13.7.5.
// Freestanding.
namespace unpark::spec::reset_control {

inline constexpr std::uint16_t kPort = 0x0cf9;  // u8
inline constexpr std::uint16_t kSize = 1;

using SystemReset = Field<1, 1, bool>;  // 0: soft (INIT), 1: hard
using ResetCpu = Field<2, 2, bool>;     // 0 -> 1 resets; reads as zero
using FullReset = Field<3, 3, bool>;    // with a hard reset: power cycle

inline constexpr std::uint8_t kHard = 0x06;
inline constexpr std::uint8_t kFull = 0x0e;

}  // namespace unpark::spec::reset_control
