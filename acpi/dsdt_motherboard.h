// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "acpi/aml_term.h"

namespace unpark::acpi {

// \_SB.MRES, PNP0C02: what is occupied outside the PCI windows, both faces of the hotplug
// controller and ECAM included. This is the only place where the AML knows of the control window,
// and it is a reservation, not a region: no method can touch it.
aml::Term motherboard_resources();

}  // namespace unpark::acpi
