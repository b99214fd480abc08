// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "devices/field.h"

// Step port: where the embedded guest reports the steps of a hot-add as they happen. One u32 write.
// Freestanding. On a machine without it (QEMU) the write goes nowhere. docs/step-port.md.
namespace unpark::spec::step_port {

inline constexpr std::uint16_t kPort = 0x0d10;
inline constexpr std::uint16_t kSize = 4;

using Code = Field<7, 0, std::uint8_t>;    // Step or Marker
using Cpu = Field<31, 16, std::uint16_t>;  // the CPU the report is about (its APIC ID)

// The number of the step in bits 7:4, its letter in 3:0. Steps 01a, 01b are the VMM's own and are
// refused here; 02 and 03 have no equivalent.
enum Step : std::uint8_t {
  kStep01a = 0x1a,
  kStep01b = 0x1b,
  kStep04 = 0x40,
  kStep05 = 0x50,
  kStep06 = 0x60,
  kStep07a = 0x7a,
  kStep07b = 0x7b,
  kStep08a = 0x8a,
  kStep08b = 0x8b,
  kStep09 = 0x90,
  kStep10 = 0xa0,
  kStep11 = 0xb0,
  kStep12 = 0xc0,
  kStep13 = 0xd0,
  kStep14 = 0xe0,
  kStep15 = 0xf0,
};

// Everything else the guest says about itself.
enum Marker : std::uint8_t {
  kMarkerReset = 0x01,        // first instructions after reset
  kMarkerSmramLocked = 0x02,  // firmware phase over
  kMarkerOsReady = 0x03,      // the OS idles in HLT, SCI enabled: hot-adds may come
  kMarkerCpuWorked = 0x04,    // Cpu has run its work under the OS
  kMarkerReported = 0x05,     // all verdicts about Cpu are on the serial line
};

}  // namespace unpark::spec::step_port
