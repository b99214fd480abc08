// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "devices/field.h"

// Power management I/O block of the ICH9: 128 bytes at PMBASE. Freestanding.
// Intel I/O Controller Hub 9 datasheet, section 13.8.3; ACPI 6.5, section 4.8.
namespace unpark::spec::pm {

inline constexpr std::uint16_t kBase = 0x0600;  // where the firmware puts it on this machine
inline constexpr std::uint16_t kSize = 0x80;

// From PMBASE.
enum Offset : std::uint16_t {
  kPm1Status = 0x00,   // u16, write 1 to clear
  kPm1Enable = 0x02,   // u16
  kPm1Control = 0x04,  // u16; bits 31:16 are reserved
  kPmTimer = 0x08,     // u32, read-only: 24 bits
  kGpe0Status = 0x20,  // u64, write 1 to clear
  kGpe0StatusHigh = 0x24,
  kGpe0Enable = 0x28,  // u64
  kGpe0EnableHigh = 0x2c,
  kSmiEnable = 0x30,  // u32
  kSmiStatus = 0x34,  // u32, write 1 to clear
};

// Lengths that the FADT announces.
inline constexpr std::uint8_t kPm1EventLength = 4;
inline constexpr std::uint8_t kPm1ControlLength = 2;
inline constexpr std::uint8_t kPmTimerLength = 4;
inline constexpr std::uint8_t kGpe0Length = 16;  // status and enable

// PM1_STS and PM1_EN share their numbering (ACPI 6.5, 4.8.3.1).
namespace pm1 {
using Timer = Field<0, 0, bool>;
using BusMaster = Field<4, 4, bool>;  // status only
using GlobalLock = Field<5, 5, bool>;
using PowerButton = Field<8, 8, bool>;
using RtcAlarm = Field<10, 10, bool>;
using PowerButtonOverride = Field<11, 11, bool>;  // status only
using PciExpressWake = Field<14, 14, bool>;       // in PM1_EN: disables the wake
using Wake = Field<15, 15, bool>;                 // status only
}  // namespace pm1

// PM1_CNT (ACPI 6.5, 4.8.3.2.1).
namespace control {
using SciEnable = Field<0, 0, bool>;
using BusMasterReload = Field<1, 1, bool>;
using GlobalRelease = Field<2, 2, bool>;  // write-only, reads as zero
using SleepType = Field<12, 10, std::uint8_t>;
using SleepEnable = Field<13, 13, bool>;  // write-only, reads as zero
}  // namespace control

// SLP_TYP of this machine. The ICH9 has 7 for S5; OVMF writes 0, as for QEMU. Equals \_S5.
inline constexpr std::uint8_t kSleepTypeS5 = 0;

// PM_TMR (ACPI 6.5, 4.8.3.3).
inline constexpr std::uint32_t kPmTimerHz = 3'579'545;
inline constexpr std::uint32_t kPmTimerMask = 0x00ff'ffff;

// SMI_EN.
namespace smi_enable {
using Global = Field<0, 0, bool>;  // read-only once GEN_PMCON_1.SMI_LOCK is set
using EndOfSmi = Field<1, 1, bool>;
using Apmc = Field<5, 5, bool>;  // writes to APM_CNT raise an SMI
}  // namespace smi_enable

// SMI_STS.
namespace smi_status {
using Apm = Field<5, 5, bool>;
}  // namespace smi_status

}  // namespace unpark::spec::pm
