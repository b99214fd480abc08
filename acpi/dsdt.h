// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>

#include "acpi/bytes.h"
#include "acpi/config.h"

namespace unpark::acpi {

struct DsdtOptions {
  std::uint32_t possible_cpus = 1;
  // The firmware takes part in insertions (SMI feature CPU_HOTPLUG): the AML calls it and then
  // announces CPUs. Without it there is no hotplug in the AML at all: a CPU that no firmware has
  // claimed must not be shown to the OS.
  bool smi_hotplug = false;
  // The firmware takes part in removals (CPU_HOT_UNPLUG). Means nothing without smi_hotplug.
  bool smi_unplug = false;
  AddressWindow mmio32{0xc0000000, 0x3c000000};
  std::optional<AddressWindow> mmio64{};
};

// `config` is checked.
DsdtOptions dsdt_options(const AcpiConfig& config);

// Differentiated system description table, ACPI 6.5, 5.2.11.1: the namespace of the machine.
Bytes dsdt(const DsdtOptions& options);

}  // namespace unpark::acpi
