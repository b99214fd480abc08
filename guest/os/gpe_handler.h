// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>

#include "devices/apm_spec.h"
#include "devices/hotplug_spec.h"

// What \_GPE._E02, _EJ0 and _OST do, in this OS's own few lines. Over an I/O policy, so that a
// hosted test can hold them against the AML's contract:
//   void out8(uint16_t port, uint8_t), void out32(uint16_t, uint32_t), uint8_t in8(uint16_t),
//   uint32_t in32(uint16_t), void notify(uint32_t slot, uint32_t code)
namespace unpark::guest {

// ACPI 6.5, table 5.132.
inline constexpr std::uint32_t kNotifyDeviceCheck = 1;
inline constexpr std::uint32_t kNotifyEjectRequest = 3;

// ACPI 6.5, 6.3.5: what an OS says of them by _OST.
inline constexpr std::uint32_t kOstSuccess = 0;
inline constexpr std::uint32_t kOstFailure = 1;

enum class CpuEvent { kNone, kInsert, kRemove };

template <class Io>
class HotplugWindow {
 public:
  HotplugWindow(Io& io, std::uint16_t base) : io_(io), base_(base) {}

  // Selects the first slot from `slot` on that has an event. Reads the flags once per bit it asks
  // for, as AML does for its fields.
  CpuEvent next_event(std::uint32_t& slot, std::uint32_t possible) {
    namespace registers = spec::hotplug;
    select(slot);
    io_.out8(port(registers::kCommand), registers::kCommandNextPending);
    const std::uint32_t found = io_.in32(port(registers::kCommandData));
    if (found < slot || found >= possible) return CpuEvent::kNone;  // wrapped, or no answer
    slot = found;
    if (registers::status::Insert::get(flags())) return CpuEvent::kInsert;
    if (registers::status::Remove::get(flags())) return CpuEvent::kRemove;
    return CpuEvent::kNone;
  }

  void tell(std::uint8_t command, std::uint32_t value) {
    io_.out8(port(spec::hotplug::kCommand), command);
    io_.out32(port(spec::hotplug::kCommandData), value);
  }
  void select(std::uint32_t slot) { io_.out32(port(spec::hotplug::kSelector), slot); }
  template <class Action>
  void act() {
    io_.out8(port(spec::hotplug::kFlags), Action::with(std::uint8_t{0}, true));
  }

 private:
  std::uint8_t flags() { return io_.in8(port(spec::hotplug::kFlags)); }
  [[nodiscard]] std::uint16_t port(std::uint16_t offset) const {
    return static_cast<std::uint16_t>(base_ + offset);
  }
  Io& io_;
  std::uint16_t base_;
};

// This machine: the firmware first, then the OS window.
template <class Io>
void run_gpe_handler(Io& io, std::uint32_t possible) {
  namespace action = spec::hotplug::action;
  io.out8(spec::apm::kControlPort, spec::hotplug::kApmCpuHotplug);
  HotplugWindow<Io> window(io, spec::hotplug::kOsWindow);
  for (std::uint32_t slot = 0; slot < possible; ++slot) {
    const CpuEvent event = window.next_event(slot, possible);
    if (event == CpuEvent::kNone) return;
    if (event == CpuEvent::kInsert) {
      io.notify(slot, kNotifyDeviceCheck);
      window.template act<action::ClearInsert>();
    } else {
      io.notify(slot, kNotifyEjectRequest);
      window.template act<action::ClearRemove>();
    }
  }
}

// QEMU: one window, and its AML walks it before the firmware is called.
template <class Io>
void run_gpe_handler_of_qemu(Io& io, std::uint32_t possible) {
  namespace action = spec::hotplug::action;
  HotplugWindow<Io> window(io, spec::hotplug::kControlWindow);
  std::array<std::uint8_t, 255> added{};
  std::size_t count = 0;
  for (std::uint32_t slot = 0; slot < possible; ++slot) {
    const CpuEvent event = window.next_event(slot, possible);
    if (event == CpuEvent::kNone) break;
    if (event == CpuEvent::kInsert) {
      if (count < added.size()) added[count++] = static_cast<std::uint8_t>(slot);
    } else {
      io.notify(slot, kNotifyEjectRequest);
      window.template act<action::ClearRemove>();
    }
  }
  if (count == 0) return;
  io.out8(spec::apm::kControlPort, spec::hotplug::kApmCpuHotplug);
  for (std::size_t i = 0; i < count; ++i) {
    io.notify(added[i], kNotifyDeviceCheck);
    window.select(added[i]);
    window.template act<action::ClearInsert>();
  }
}

// _EJ0: agree to the removal, then let the firmware do it.
template <class Io>
void run_eject(Io& io, std::uint16_t window_base, std::uint32_t slot) {
  HotplugWindow<Io> window(io, window_base);
  window.select(slot);
  window.template act<spec::hotplug::action::SetFirmwareRemove>();
  io.out8(spec::apm::kControlPort, spec::hotplug::kApmCpuHotplug);
}

// _OST: what became of a notification.
template <class Io>
void run_ost(Io& io, std::uint16_t window_base, std::uint32_t slot, std::uint32_t notification,
             std::uint32_t status) {
  HotplugWindow<Io> window(io, window_base);
  window.select(slot);
  window.tell(spec::hotplug::kCommandOstEvent, notification);
  window.tell(spec::hotplug::kCommandOstStatus, status);
}

}  // namespace unpark::guest
