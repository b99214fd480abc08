// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "guest/chips/cpu.h"

// 8259A interrupt controllers. Intel 8259A datasheet, OCW1.
namespace unpark::guest::pic {

inline constexpr std::uint16_t kMasterMask = 0x21, kSlaveMask = 0xa1;

// After reset they are unmasked, with vectors from 0, and the boot CPU's LINT0 takes what they say:
// the SCI, which is wired to them as well, would arrive as exception 1.
inline void mask_all() {
  out8(kMasterMask, 0xff);
  out8(kSlaveMask, 0xff);
}

}  // namespace unpark::guest::pic
