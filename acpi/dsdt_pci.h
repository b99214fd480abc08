// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>

#include "acpi/aml_term.h"
#include "acpi/config.h"

namespace unpark::acpi {

// \_SB.PCI0: the root bridge with its windows and interrupt routing, and the LPC bridge with its
// serial port and clock.
aml::Term pci_root(const AddressWindow& mmio32, const std::optional<AddressWindow>& mmio64);

}  // namespace unpark::acpi
