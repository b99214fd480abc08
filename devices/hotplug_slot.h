// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string_view>

namespace unpark {

//            plug               unpark            host.unpark() done
//   kAbsent -------> kInserted --------> kClaiming ----------------> kPresent
//    ^  ^                |  ^                |  failed                |    ^
//    |  |    withdraw    |  +----------------+               eject    |    | failed
//    |  +----------------+                                            v    |
//    +------------------------------------------------------------- kEjecting
//                             host.eject() done
// kClaiming and kEjecting last while the host is being asked: nobody else may start the same.
enum class SlotState : std::uint8_t { kAbsent, kInserted, kClaiming, kPresent, kEjecting };

// What the hotplug controller knows of one possible CPU.
struct HotplugSlot {
  SlotState state = SlotState::kAbsent;
  bool insert_event = false;     // OS window only: set by the claim, cleared by the OS
  bool remove_event = false;     // both windows: set by the host, cleared by the OS
  bool removal_asked = false;    // by the host, until the CPU is gone or the wish is taken back
  bool firmware_remove = false;  // the OS has agreed; the firmware is to eject

  // A CPU that nobody has claimed exists for the firmware, and not for the OS.
  [[nodiscard]] bool unclaimed() const {
    return state == SlotState::kInserted || state == SlotState::kClaiming;
  }
  [[nodiscard]] bool claimed() const {
    return state == SlotState::kPresent || state == SlotState::kEjecting;
  }
  [[nodiscard]] bool unconsumed() const { return unclaimed() || insert_event || remove_event; }

  friend bool operator==(const HotplugSlot&, const HotplugSlot&) = default;
};

// Why an order of the host is refused.
enum class HotplugError {
  kNoSuchSlot,       // the machine has fewer possible CPUs
  kOccupied,         // plug: the slot has a CPU
  kEmpty,            // there is no CPU in the slot
  kBootCpu,          // slot 0 cannot be removed
  kNotClaimed,       // request_removal: the firmware has not taken the CPU yet; withdraw it instead
  kClaimed,          // withdraw: the firmware has taken the CPU, or is taking it right now
  kNotAsked,         // cancel_removal: no removal was asked for
  kRemovalUnderWay,  // the OS has agreed, or the firmware is ejecting
};

// What to tell the user; fits behind "CPU 3: ".
constexpr std::string_view describe(HotplugError e) {
  switch (e) {
    case HotplugError::kNoSuchSlot:
      return "this machine has no such slot";
    case HotplugError::kOccupied:
      return "the slot already has a CPU";
    case HotplugError::kEmpty:
      return "there is no CPU in the slot";
    case HotplugError::kBootCpu:
      return "the boot CPU cannot be removed";
    case HotplugError::kNotClaimed:
      return "the firmware has not claimed the CPU yet";
    case HotplugError::kClaimed:
      return "the firmware has already claimed the CPU";
    case HotplugError::kNotAsked:
      return "no removal of the CPU is under way";
    case HotplugError::kRemovalUnderWay:
      return "the CPU is already being removed";
  }
  return "unknown error";
}

}  // namespace unpark
