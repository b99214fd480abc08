// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "devices/types.h"
#include "vmm/hotplug_trace.h"

namespace unpark {

// Everything a client is told without having asked. docs/control.md prints the members.
namespace event {
struct Shutdown {
  bool guest = false;
  std::string reason;  // a QMP ShutdownCause: "host-qmp-quit", "host-signal", "guest-shutdown", ...
};
struct Reset {
  bool guest = false;
  std::string reason;
};
struct Stop {};
// The guest's OS says so itself (pvpanic). The machine is stopped for good; QMP calls it "pause".
struct GuestPanicked {};
// The same, and its crash kernel takes over: the machine goes on. Once until the next reset.
struct GuestCrashLoaded {};
struct Resume {};
// _OST of a CPU (ACPI 6.5 section 6.3.5).
struct AcpiDeviceOst {
  std::string device;  // device_add's id; empty: not plugged, or a cold-boot CPU
  VcpuId slot{};
  std::uint32_t source = 0, status = 0;
};
// A CPU has gone: ejected by the firmware, or taken back before it was claimed.
struct DeviceDeleted {
  std::string device;  // device_add's id
};
// The guest has refused a removal, or let its time pass.
struct DeviceUnplugGuestError {
  std::string device;
};
// Ours: a step of a hot-add was seen for the first time.
struct HotplugStep {
  HotplugRecord record;
  std::size_t row = 0;  // of kSteps
};
// Ours: the step that `record.overdue` names has not come before the deadline.
struct HotplugOverdue {
  HotplugRecord record;
};
// Ours: the gate of the hotplug controller refused an access. Rate-limited to one a second.
struct GateRefused {
  VcpuId cpu{};
  bool control_window = false;  // or the OS window
  bool write = false;
  bool in_smm = false;
  std::uint16_t port = 0;
  std::uint8_t width = 0;   // bytes
  std::uint64_t value = 0;  // of a write
  std::uint64_t count = 0;  // refusals of this CPU so far, those included that no event told of
};
}  // namespace event

using QmpEvent = std::variant<event::Shutdown, event::Reset, event::Stop, event::Resume,
                              event::GuestPanicked, event::GuestCrashLoaded, event::AcpiDeviceOst,
                              event::DeviceDeleted, event::DeviceUnplugGuestError,
                              event::HotplugStep, event::HotplugOverdue, event::GateRefused>;

// One line without its end. `since_epoch` is wall-clock time.
std::string to_line(const QmpEvent& event, std::chrono::microseconds since_epoch);

}  // namespace unpark
