// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "vmm/qmp_session.h"

namespace unpark {

// A session without a socket, whose wall clock stands at 1795336193.648144 s.
class QmpConversation {
 public:
  explicit QmpConversation(MachineControl& machine)
      : session(machine, [] { return std::chrono::microseconds{1795336193648144}; }) {}

  // Everything that is answered to these bytes.
  std::string say(std::string_view bytes) {
    std::string out;
    while (!bytes.empty()) {
      if (const auto lines = session.answer(bytes)) out += *lines;
    }
    return out;
  }
  void negotiate() { say("{\"execute\":\"qmp_capabilities\"}"); }

  QmpSession session;
};

}  // namespace unpark
