// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

// Advanced power management ports. Intel I/O Controller Hub 9 datasheet, section 13.8.2.
// Freestanding.
namespace unpark::spec::apm {

inline constexpr std::uint16_t kPort = 0x00b2;
inline constexpr std::uint16_t kSize = 2;

enum Offset : std::uint16_t {
  kControl = 0,  // u8 APM_CNT (0xB2): stored; raises an SMI if SMI_EN.APMC_EN
  kStatus = 1,   // u8 APM_STS (0xB3): scratch
};
inline constexpr std::uint16_t kControlPort = kPort + kControl;
inline constexpr std::uint16_t kStatusPort = kPort + kStatus;

// APM_CNT values with a meaning on this machine; the FADT announces the first two. The value with
// which the OS asks the firmware to look at the hotplug controller is in hotplug_spec.h.
inline constexpr std::uint8_t kAcpiEnable = 0x02;
inline constexpr std::uint8_t kAcpiDisable = 0x03;

}  // namespace unpark::spec::apm
