// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "vmm/json_text.h"
#include "vmm/machine_control.h"

// What the query commands return: the machine's state as JSON, in QEMU's order.
namespace unpark {

JsonText query_status(const MachineControl& machine);
JsonText query_commands();
JsonText query_hotpluggable_cpus(const MachineControl& machine);
JsonText query_cpus_fast(const MachineControl& machine);
JsonText query_hotplug_trace(const MachineControl& machine);
JsonText query_boot(const MachineControl& machine);

}  // namespace unpark
