// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "acpi/aml_name.h"
#include "acpi/aml_term.h"

namespace unpark::acpi {

// \_SB.CPUS, ACPI0010: a device for every possible CPU, and the methods behind \_GPE._E02, _STA,
// _EJ0 and _OST. `smi_hotplug` and `smi_unplug` are those of DsdtOptions.
aml::Term cpus(std::uint32_t possible, bool smi_hotplug, bool smi_unplug);

// C000, C001, ...
aml::NameSeg cpu_name(std::uint32_t slot);

}  // namespace unpark::acpi
