// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "acpi/aml_term.h"

namespace unpark::acpi {

// \_SB.PCI0.LPC_, 00:1f.0: the chips behind it, and the ports that have no device of their own.
aml::Term lpc_bridge();

}  // namespace unpark::acpi
