// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>

#include "devices/field.h"

// Real-time clock with CMOS RAM. Freestanding.
// Sections: Intel ICH9 datasheet, 13.6 (ports, registers A-D); Motorola MC146818A data sheet
// (registers, update cycle, table 5: rates). The bytes from 0Fh on are the PC/AT's, as OVMF and
// SeaBIOS read them.
namespace unpark::spec::rtc {

inline constexpr std::uint16_t kBase = 0x0070;
inline constexpr std::uint16_t kPorts = 2;
inline constexpr std::size_t kCmosSize = 128;

enum Offset : std::uint16_t {
  kIndex = 0,
  kData = 1,
};

// 13.6.1, with NMI_EN of 13.7.2.
namespace index_port {
using Register = Field<6, 0, std::uint8_t>;
using NmiDisable = Field<7, 7, bool>;
inline constexpr std::uint8_t kReset = 0x80;
}  // namespace index_port

enum Register : std::uint8_t {
  kSeconds = 0x00,
  kSecondsAlarm = 0x01,
  kMinutes = 0x02,
  kMinutesAlarm = 0x03,
  kHours = 0x04,
  kHoursAlarm = 0x05,
  kDayOfWeek = 0x06,  // 1: Sunday
  kDayOfMonth = 0x07,
  kMonth = 0x08,
  kYear = 0x09,
  kA = 0x0a,
  kB = 0x0b,
  kC = 0x0c,
  kD = 0x0d,
  kShutdownStatus = 0x0f,     // feh: resume from S3
  kBaseMemoryLow = 0x15,      // u16, KiB
  kExtendedMemoryLow = 0x17,  // u16, KiB from 1 MiB
  kChecksumHigh = 0x2e,       // u16, big endian: sum of the bytes below
  kChecksumLow = 0x2f,
  kExtendedMemory2Low = 0x30,   // u16, as 17h
  kCentury = 0x32,              // FADT.CENTURY
  kMemoryAbove16MiBLow = 0x34,  // u16, 64 KiB units
  kMemoryAbove4GiBLow = 0x5b,   // u24, 64 KiB units
};

inline constexpr std::uint8_t kChecksummedFirst = 0x10;
inline constexpr std::uint8_t kChecksummedLast = 0x2d;

// Hours, while register B says 12 hours.
namespace hours {
using Pm = Field<7, 7, bool>;
using Hour = Field<6, 0, std::uint8_t>;
}  // namespace hours

// An alarm byte from here up matches always.
inline constexpr std::uint8_t kAlarmDontCare = 0xc0;

namespace a {
using RateSelect = Field<3, 0, std::uint8_t>;      // RS
using Divider = Field<6, 4, std::uint8_t>;         // DV
using UpdateInProgress = Field<7, 7, bool>;        // UIP, read-only
inline constexpr std::uint8_t kDividerNormal = 2;  // 32.768 kHz; 11xb: held in reset
inline constexpr std::uint8_t kWritable = 0x7f;
inline constexpr std::uint8_t kInitial = 0x26;  // 1024 Hz
}  // namespace a

namespace b {
using DaylightSaving = Field<0, 0, bool>;  // DSE
using Hours24 = Field<1, 1, bool>;         // 24/12
using Binary = Field<2, 2, bool>;          // DM
using SquareWave = Field<3, 3, bool>;      // SQWE
using UpdateEnable = Field<4, 4, bool>;    // UIE
using AlarmEnable = Field<5, 5, bool>;     // AIE
using PeriodicEnable = Field<6, 6, bool>;  // PIE
using Set = Field<7, 7, bool>;             // SET: no updates
inline constexpr std::uint8_t kClearedByReset = 0x78;
inline constexpr std::uint8_t kInitial = 0x02;  // BCD, 24 hours
}  // namespace b

// Reading clears it.
namespace c {
using UpdateEnded = Field<4, 4, bool>;        // UF
using Alarm = Field<5, 5, bool>;              // AF
using Periodic = Field<6, 6, bool>;           // PF
using InterruptRequest = Field<7, 7, bool>;   // IRQF
inline constexpr std::uint8_t kFlags = 0x70;  // at the places of their enable bits in B
}  // namespace c

namespace d {
using ValidRamAndTime = Field<7, 7, bool>;  // VRT
}  // namespace d

// The divider chain, and the update cycle at its end: UIP rises 244 us (tBUC) before the cycle,
// which takes 1984 us (tUC); both in periods of the crystal.
inline constexpr std::uint32_t kCrystalHz = 32'768;
inline constexpr std::uint32_t kUpdateInProgressTicks = 8 + 65;

}  // namespace unpark::spec::rtc
