// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "devices/bus/device.h"
#include "devices/types.h"

namespace unpark {

// What the hotplug controller asks of the machine. Every call is made without the controller's lock
// held, on the thread of the vCPU that wrote the register, and is finished when it returns.
class CpuHotplugHost {
 public:
  virtual ~CpuHotplugHost() = default;
  // Parked -> WaitForSipi: fully reset, local APIC enabled, its thread in KVM_RUN. False: it could
  // not be done (logged by the machine); the controller then leaves the CPU as it was.
  virtual bool unpark(VcpuId cpu) = 0;
  // The CPU is stopped, retired, and Absent. It may be halted inside SMM. False: could not be done.
  virtual bool eject(VcpuId cpu) = 0;
  // After a successful eject(): the controller's slot is empty too, and takes another CPU.
  virtual void slot_emptied(VcpuId) {}
  // The OS has acknowledged an insert or a remove event (flags bit 1 or 2, OS window).
  virtual void event_acknowledged(VcpuId cpu, bool insert) = 0;
  // _OST: event and status as ACPI 6.5 6.3.5 has them.
  virtual void ospm_status(VcpuId cpu, std::uint32_t event, std::uint32_t status) = 0;
  // An access the gate refused. `write` tells which way; `value` is what was to be written.
  virtual void gate_refused(Access at, bool control_window, bool write, std::uint64_t value) = 0;
};

}  // namespace unpark
