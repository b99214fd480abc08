// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

// What is left of the 8042 on a machine without one. Freestanding.
namespace unpark::spec::keyboard_controller {

inline constexpr std::uint16_t kDataPort = 0x0060;     // u8, reads all ones
inline constexpr std::uint16_t kCommandPort = 0x0064;  // u8, reads all ones: no controller
inline constexpr std::uint16_t kPortSize = 1;          // each

inline constexpr std::uint8_t kPulseReset = 0xfe;  // command: pulse output line 0, the reset line

}  // namespace unpark::spec::keyboard_controller
