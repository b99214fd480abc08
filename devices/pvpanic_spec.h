// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "devices/field.h"

// Paravirtual panic device, a port by which an OS tells that it has panicked. Freestanding.
// Spec: QEMU docs/specs/pvpanic; ACPI device QEMU0001.
namespace unpark::spec::pvpanic {

inline constexpr std::uint16_t kPort = 0x0505;  // u8
inline constexpr std::uint16_t kSize = 1;

// Written: what has happened. Read: which of them the device takes.
using Panicked = Field<0, 0, bool>;     // the OS can do no more
using CrashLoaded = Field<1, 1, bool>;  // it goes on with a crash kernel

}  // namespace unpark::spec::pvpanic
