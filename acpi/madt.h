// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "acpi/bytes.h"
#include "acpi/config.h"

// Multiple APIC description table, ACPI 6.5, 5.2.12.
namespace unpark::acpi {

// 5.2.12.2, local APIC flags. An absent CPU that may come later is "online capable"; with a header
// revision of 5 or more, Linux drops an absent CPU that is not.
enum class CpuState : std::uint32_t { kEnabled = 1u << 0, kOnlineCapable = 1u << 1 };

// The entry of one CPU, whose _UID is its APIC ID: a local APIC for IDs below 255, a local x2APIC
// from there on. It is also what the CPU's _MAT returns.
Bytes madt_cpu(std::uint32_t apic_id, CpuState state);

// One entry for every possible CPU, I/O APIC, interrupt overrides, NMI lines. `config` is checked.
Bytes madt(const AcpiConfig& config);

}  // namespace unpark::acpi
