// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

// What a hostile OS would try while a CPU is parked, and afterwards. Each part prints its verdicts,
// the first one when it is known which CPU was parked.
namespace unpark::guest::os {

// Fixed, NMI, SMI, INIT and SIPI to every CPU that is possible and not online, directed and
// broadcast.
void attack_parked_cpus();
void report_attack_on(std::uint32_t apic_id, bool early_smi);

void attack_windows();  // both windows of the hotplug controller, from outside SMM
void attack_smram();    // TSEG, the default SMBASE, their locks, SMI_EN

// Instead of a plain SMI with `value`: with a CPU that does not come; with registers that SMM might
// trust or spoil.
void attack_rendezvous(std::uint8_t value);
void attack_registers_of_smm(std::uint8_t value);

}  // namespace unpark::guest::os
