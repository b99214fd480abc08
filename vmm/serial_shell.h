// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "devices/clock.h"
#include "devices/result.h"
#include "devices/sync.h"
#include "vmm/sys_error.h"

namespace unpark {

// A shell that a guest's userland runs on its serial console, and who types into it. The waits
// block: they are for a thread that is neither the event loop nor a vCPU. What the guest says is
// its own affair; only its end is kept.
class SerialShell {
 public:
  // Hands bytes to the UART and says how many it took; called on whatever thread the owner likes,
  // never with a lock of this class held.
  using Typist = std::function<void(std::string text)>;
  explicit SerialShell(Typist typist) : typist_(std::move(typist)) {}

  void receive(std::uint8_t byte);  // of the guest; any thread
  void give_up();                   // every wait, now and later, fails at once; any thread

  // Until `text` was said, since the start. Error: it was not within `limit`.
  Result<Done, Error> wait_for(std::string_view text, Nanoseconds limit);
  // Types `command` and gives what it prints, without carriage returns and the last newline.
  Result<std::string, Error> run(const std::string& command, Nanoseconds limit);

 private:
  // More than any command of ours prints. A guest that talks for ever only loses what it said.
  static constexpr std::size_t kMostKept = 1 << 18;

  bool wait_until_said(std::string_view text, Nanoseconds limit);
  [[nodiscard]] std::string last_line() const TSA(requires_capability(m_));

  const Typist typist_;
  unsigned commands_ = 0;
  mutable Mutex m_;
  std::condition_variable_any said_;
  std::string heard_ TSA(guarded_by(m_));
  bool given_up_ TSA(guarded_by(m_)) = false;
};

}  // namespace unpark
