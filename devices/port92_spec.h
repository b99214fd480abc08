// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "devices/field.h"

// PORT92, fast A20 and INIT. Intel I/O Controller Hub 9 datasheet, section 13.7.3. Freestanding.
namespace unpark::spec::port92 {

inline constexpr std::uint16_t kPort = 0x0092;  // u8
inline constexpr std::uint16_t kSize = 1;

using InitNow = Field<0, 0, bool>;  // 0 -> 1 resets
using A20 = Field<1, 1, bool>;      // ALT_A20_GATE

}  // namespace unpark::spec::port92
