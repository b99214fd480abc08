// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "devices/result.h"
#include "vmm/machine_control.h"
#include "vmm/qmp_commands.h"

namespace unpark {

// Checks the options against the machine, in QEMU's order and with its sentences.
Result<DeviceAddCpu, ControlError> check_device_add(const command::DeviceAdd& command,
                                                    const MachineControl& machine);

}  // namespace unpark
