// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "devices/bus/device.h"
#include "devices/hotplug_slot.h"
#include "devices/result.h"
#include "devices/types.h"

namespace unpark {

enum class HotplugWindow : std::uint8_t { kControl, kOs };

// What a register write asks of the world outside the controller; done without its lock.
namespace hotplug_effect {
// Unpark and Eject are answered by finish_unpark() and finish_eject().
struct Unpark {
  VcpuId cpu;
  std::uint32_t epoch;  // of the reset before it
};
struct Eject {
  VcpuId cpu;
  std::uint32_t epoch;
};
struct Acknowledged {
  VcpuId cpu;
  bool insert;
};
struct OspmStatus {
  VcpuId cpu;
  std::uint32_t event, status;
};
}  // namespace hotplug_effect
using HotplugEffect = std::variant<std::monostate, hotplug_effect::Unpark, hotplug_effect::Eject,
                                   hotplug_effect::Acknowledged, hotplug_effect::OspmStatus>;

// The hotplug controller without lock, bus, GPE and host: registers and slots. hotplug_controller.h
// has the rules.
class HotplugCore {
 public:
  explicit HotplugCore(std::uint32_t possible) : slots_(possible) {}

  // kForbidden is the gate's refusal, and nothing else.
  [[nodiscard]] Result<std::uint64_t, IoFault> read(HotplugWindow which, Access at) const;
  Result<HotplugEffect, IoFault> write(HotplugWindow which, Access at, std::uint32_t value);
  // True: the slot changed. False: a reset came between, or the host had failed.
  bool finish_unpark(hotplug_effect::Unpark asked, bool done);
  bool finish_eject(hotplug_effect::Eject asked, bool done);

  // Slots that do not exist are left out.
  void reset(std::span<const VcpuId> present);
  Result<Done, HotplugError> plug(VcpuId cpu);
  Result<Done, HotplugError> withdraw(VcpuId cpu);
  Result<Done, HotplugError> request_removal(VcpuId cpu);
  Result<Done, HotplugError> cancel_removal(VcpuId cpu);

  void set_smram_locked(bool locked) { smram_locked_ = locked; }
  void set_explicit_unpark(bool negotiated) { explicit_unpark_ = negotiated; }
  void set_guest_eject_allowed(bool allowed) { guest_eject_allowed_ = allowed; }

  [[nodiscard]] Result<HotplugSlot, HotplugError> slot(VcpuId cpu) const;
  [[nodiscard]] std::uint32_t possible() const { return static_cast<std::uint32_t>(slots_.size()); }
  [[nodiscard]] bool events_unconsumed() const;
  // Moves on with every event that is raised or consumed.
  [[nodiscard]] std::uint64_t progress() const { return progress_; }

 private:
  using Effect = Result<HotplugEffect, IoFault>;

  struct Window {
    std::uint32_t selector = 0;
    std::uint8_t command = 0;
    std::uint32_t ost_event = 0;
  };

  [[nodiscard]] bool gate_open(HotplugWindow which, Access at) const {
    return which == HotplugWindow::kOs || at.in_smm || !smram_locked_;
  }
  Window& window(HotplugWindow w) { return windows_[static_cast<std::size_t>(w)]; }
  [[nodiscard]] const Window& window(HotplugWindow w) const {
    return windows_[static_cast<std::size_t>(w)];
  }
  [[nodiscard]] std::uint8_t flags(HotplugWindow which, const HotplugSlot& s) const;
  [[nodiscard]] bool firmware_work() const;
  [[nodiscard]] bool pending(HotplugWindow which, const HotplugSlot& s) const;
  void select_next_pending(HotplugWindow which);
  Effect write_flags(HotplugWindow which, Access at, std::uint8_t value);
  Effect write_command(HotplugWindow which, Access at, std::uint8_t value);
  HotplugEffect write_data(HotplugWindow which, std::uint32_t value);
  HotplugEffect clear_insert(HotplugWindow which, std::uint32_t cpu);
  HotplugEffect clear_remove(HotplugWindow which, std::uint32_t cpu);
  Effect eject(HotplugWindow which, Access at, std::uint32_t cpu);
  Effect set_firmware_remove(HotplugWindow which, std::uint32_t cpu);
  Effect unpark_by_flag(HotplugWindow which, Access at, std::uint32_t cpu);
  HotplugEffect start_unpark(std::uint32_t cpu);

  // Configuration, survives reset.
  bool guest_eject_allowed_ = false;
  // State.
  std::vector<HotplugSlot> slots_;  // its size never changes
  std::array<Window, 2> windows_{};
  bool smram_locked_ = false;
  bool explicit_unpark_ = false;
  bool eject_under_way_ = false;
  std::uint32_t epoch_ = 0;
  std::uint64_t progress_ = 0;
};

}  // namespace unpark
