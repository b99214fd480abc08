// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "acpi/bytes.h"
#include "acpi/generic_address.h"

namespace unpark::acpi {

// ACPI 6.5, 5.2.9, fixed ACPI description table, after its header. Offsets are the table's.
struct [[gnu::packed]] FadtBody {
  std::uint32_t firmware_ctrl;      //  36: FACS
  std::uint32_t dsdt;               //  40
  std::uint8_t reserved0;           //  44
  std::uint8_t preferred_profile;   //  45
  std::uint16_t sci_interrupt;      //  46
  std::uint32_t smi_command;        //  48: port
  std::uint8_t acpi_enable;         //  52
  std::uint8_t acpi_disable;        //  53
  std::uint8_t s4bios_request;      //  54
  std::uint8_t pstate_control;      //  55
  std::uint32_t pm1a_event;         //  56
  std::uint32_t pm1b_event;         //  60
  std::uint32_t pm1a_control;       //  64
  std::uint32_t pm1b_control;       //  68
  std::uint32_t pm2_control;        //  72
  std::uint32_t pm_timer;           //  76
  std::uint32_t gpe0;               //  80
  std::uint32_t gpe1;               //  84
  std::uint8_t pm1_event_length;    //  88
  std::uint8_t pm1_control_length;  //  89
  std::uint8_t pm2_control_length;  //  90
  std::uint8_t pm_timer_length;     //  91
  std::uint8_t gpe0_length;         //  92
  std::uint8_t gpe1_length;         //  93
  std::uint8_t gpe1_base;           //  94
  std::uint8_t cstate_control;      //  95
  std::uint16_t c2_latency;         //  96: over 100 us: no C2
  std::uint16_t c3_latency;         //  98: over 1000 us: no C3
  std::uint16_t flush_size;         // 100
  std::uint16_t flush_stride;       // 102
  std::uint8_t duty_offset;         // 104
  std::uint8_t duty_width;          // 105
  std::uint8_t day_alarm;           // 106
  std::uint8_t month_alarm;         // 107
  std::uint8_t century;             // 108: CMOS register
  std::uint16_t boot_flags;         // 109: IAPC_BOOT_ARCH, 5.2.9.3
  std::uint8_t reserved1;           // 111
  std::uint32_t flags;              // 112: 5.2.9, table 5.10
  GenericAddress reset_register;    // 116
  std::uint8_t reset_value;         // 128
  std::uint16_t arm_boot_flags;     // 129
  std::uint8_t minor_revision;      // 131
  std::uint64_t x_firmware_ctrl;    // 132
  std::uint64_t x_dsdt;             // 140
  GenericAddress x_pm1a_event;      // 148
  GenericAddress x_pm1b_event;      // 160
  GenericAddress x_pm1a_control;    // 172
  GenericAddress x_pm1b_control;    // 184
  GenericAddress x_pm2_control;     // 196
  GenericAddress x_pm_timer;        // 208
  GenericAddress x_gpe0;            // 220
  GenericAddress x_gpe1;            // 232
  GenericAddress sleep_control;     // 244
  GenericAddress sleep_status;      // 256
  std::array<char, 8> hypervisor;   // 268: vendor identity
};
inline constexpr std::size_t kFadtBodyOffset = 36;
static_assert(kFadtBodyOffset + sizeof(FadtBody) == 276);
static_assert(kFadtBodyOffset + offsetof(FadtBody, flags) == 112);
static_assert(kFadtBodyOffset + offsetof(FadtBody, x_gpe0) == 220);

// Where the loader patches addresses in. The FACS has no 64-bit pointer: ACPI wants exactly one of
// the two, and the loader puts what a 32-bit field points at below 4 GiB.
inline constexpr std::uint32_t kFadtFirmwareCtrlOffset = 36;
inline constexpr std::uint32_t kFadtDsdtOffset = 40;
inline constexpr std::uint32_t kFadtXDsdtOffset = 140;

// facs and dsdt lie below 4 GiB.
Bytes fadt(std::uint32_t facs, std::uint32_t dsdt);

}  // namespace unpark::acpi
