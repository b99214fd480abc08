// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "devices/bus/device.h"
#include "devices/cpu_hotplug_host.h"
#include "devices/gpe_source.h"
#include "devices/hotplug_core.h"
#include "devices/hotplug_slot.h"
#include "devices/result.h"
#include "devices/sync.h"
#include "devices/types.h"

namespace unpark {

// Who wakes the firmware after an add: the OS through its GPE handler, or the VMM with an SMI of
// its own. Decides when the OS is told: at the add, or when the firmware has claimed the CPU.
enum class HotplugTrigger { kGuest, kVmm };

// Accesses that the gate refused.
struct HotplugRefusals {
  std::uint64_t control = 0;  // control window, from outside SMM after the lock
  std::uint64_t os = 0;       // OS window: out of contract

  friend bool operator==(const HotplugRefusals&, const HotplugRefusals&) = default;
};

// CPU hotplug controller: one state, two windows.
// Spec:     QEMU docs/specs/acpi_cpu_hotplug (modern interface); docs/hotplug.md for our own rules.
// Done:     both windows, the SMM gate, explicit and implicit claim, removal by agreement, eject,
//           OST, command 0 scan, GPE, refusal counters.
// Missing:  the legacy bitmap interface; ARCH_ID above 32 bits.
// Differs:  two windows with a selector, command and OST latch each. Registers answer to their own
//           width only (dword at 0 and 8, byte at 4 and 5), as AML and OVMF use them. Selecting
//           forgets a latched OST event. The control window shows an insert until the claim, and
//           writing bit 1 there does nothing; a parked CPU does not exist in the OS window. Eject
//           is SMM's alone even before the lock, never of the writer itself, and one at a time.
//           The OS window has no command 3. Agreeing to a removal drops an insert event that the
//           OS never acknowledged, so that the two never stand together.
// Refusals: IoFault::kForbidden, counted for the CPU that tried, told to host.gate_refused():
//           control window outside SMM once SMRAM is locked; bits 3 and 5 of the control window
//           outside SMM; in the OS window bits 3 and 5, command 3, and bit 4 for slot 0, for a CPU
//           that is not there, or without the host's request. With a selector out of range reads
//           are 0 and writes are ignored, as before.
// Locking:  one mutex. GpeSource is called under it and is a leaf; the host never is. While the
//           host unparks or ejects a CPU its slot is marked, so that a second order is dropped.
class HotplugController {
 public:
  // `host` and `gpe` outlive the controller, and it outlives its windows.
  HotplugController(std::uint32_t possible, CpuHotplugHost& host, GpeSource& gpe);
  HotplugController(const HotplugController&) = delete;
  HotplugController& operator=(const HotplugController&) = delete;

  // For the ports spec::hotplug::kControlWindow and kOsWindow.
  [[nodiscard]] std::shared_ptr<IoDevice> control_window();
  [[nodiscard]] std::shared_ptr<IoDevice> os_window();

  // Machine reset: whatever is plugged becomes a cold-boot CPU without events; gate open, nothing
  // negotiated. Refusal counters, the trigger and the eject policy survive.
  void reset(std::span<const VcpuId> present);
  // device_add: inserted, not claimed.
  Result<Done, HotplugError> plug(VcpuId cpu);
  // device_del of a CPU that was never claimed.
  Result<Done, HotplugError> withdraw(VcpuId cpu);
  // device_del: asks the OS. Asking again renews the event.
  Result<Done, HotplugError> request_removal(VcpuId cpu);
  Result<Done, HotplugError> cancel_removal(VcpuId cpu);

  void set_smram_locked(bool locked);         // MCH SMRAM.D_LCK
  void set_explicit_unpark(bool negotiated);  // smi_features::kExplicitUnpark
  void set_guest_eject_allowed(bool allowed);
  void set_trigger(HotplugTrigger trigger);

  [[nodiscard]] Result<HotplugSlot, HotplugError> slot(VcpuId cpu) const;
  [[nodiscard]] bool events_unconsumed() const;
  [[nodiscard]] HotplugRefusals refusals(VcpuId accessor) const;
  [[nodiscard]] HotplugRefusals refusals() const;  // of all CPUs

 private:
  class WindowDevice;

  Result<std::uint64_t, IoFault> read(HotplugWindow which, Access at);
  Result<Done, IoFault> write(HotplugWindow which, Access at, std::uint64_t value);
  void act(const HotplugEffect& effect);
  void count(HotplugWindow which, VcpuId accessor) TSA(requires_capability(m_));
  void raise() TSA(requires_capability(m_));
  void report_progress(std::uint64_t before) TSA(requires_capability(m_));

  // Wiring.
  CpuHotplugHost& host_;
  GpeSource& gpe_;
  // State.
  mutable Mutex m_;
  HotplugCore core_ TSA(guarded_by(m_));
  HotplugTrigger trigger_ TSA(guarded_by(m_)) = HotplugTrigger::kGuest;
  std::vector<HotplugRefusals> refusals_ TSA(guarded_by(m_));  // by accessor
  HotplugRefusals refusals_total_ TSA(guarded_by(m_));
};

}  // namespace unpark
