// SPDX-License-Identifier: Apache-2.0
#pragma once

// ACPI mode, the SCI and GPE0 bit 2, as an OS handles an edge GPE: disabled and cleared when it
// comes, enabled again when its method has run (ACPI 6.5, 5.6.4).
namespace unpark::guest::os {

bool enable_acpi();  // APM_CNT <- 2, until PM1_CNT.SCI_EN
void enable_cpu_gpe();
void on_sci();            // interrupt handler
bool take_pending_gpe();  // interrupts off

}  // namespace unpark::guest::os
