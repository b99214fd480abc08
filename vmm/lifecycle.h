// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <string_view>

namespace unpark {

//              device_add              unpark (SMM only)            SIPI
//   kAbsent ---------------> kParked ---------------------> kWaitForSipi ------> kRunning
//     ^  |                     |                                 |   ^                |
//     |  |  cold boot          |  device_del of a never-claimed  |   |  machine reset |
//     |  +---------------------|-------------------------------->|   +----------------+
//     +------------------------+---------------------------------+--------------------+
//                                     eject (SMM only)
//
// A machine reset makes every plugged CPU a cold-boot one: kParked too becomes kWaitForSipi.
enum class Lifecycle { kAbsent, kParked, kWaitForSipi, kRunning };

inline constexpr std::array kAllLifecycles = {Lifecycle::kAbsent, Lifecycle::kParked,
                                              Lifecycle::kWaitForSipi, Lifecycle::kRunning};

constexpr bool can_become(Lifecycle from, Lifecycle to) {
  using enum Lifecycle;
  switch (from) {  // no default: a new state must be thought through here
    case kAbsent:
      return to == kParked || to == kWaitForSipi;
    case kParked:
      return to == kAbsent || to == kWaitForSipi;
    case kWaitForSipi:
      return to == kAbsent || to == kRunning;
    case kRunning:
      return to == kAbsent || to == kWaitForSipi;
  }
  return false;
}

constexpr std::string_view name_of(Lifecycle l) {
  using enum Lifecycle;
  switch (l) {
    case kAbsent:
      return "absent";
    case kParked:
      return "parked";
    case kWaitForSipi:
      return "wait-for-sipi";
    case kRunning:
      return "running";
  }
  return "?";
}

}  // namespace unpark
