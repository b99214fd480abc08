// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "devices/result.h"
#include "vmm/json_text.h"
#include "vmm/machine_control.h"
#include "vmm/qmp_events.h"
#include "vmm/qmp_parser.h"

namespace unpark {

// One client's side of the protocol, from the greeting to the end: bytes in, lines out. Knows no
// socket. docs/control.md; QEMU's docs/interop/qmp-spec.rst.
//
//   kNegotiating --- qmp_capabilities ---> kCommands --- quit ---> kClosing
//    (no events)                            (events)
class QmpSession {
 public:
  // Wall-clock time since 1970, for the timestamps of events.
  using WallClock = std::function<std::chrono::microseconds()>;

  QmpSession(MachineControl& machine, WallClock wall_clock)
      : machine_(machine), wall_clock_(std::move(wall_clock)) {}

  // Every answer is whole lines, each with its CRLF.
  [[nodiscard]] static std::string greeting();

  // Takes from the front of `input` until one request is whole, carries it out and answers it.
  // Nothing: all of the input was taken and no request is whole yet. One at a time, so that the
  // caller can stop reading from a client that does not take its answers.
  std::optional<std::string> answer(std::string_view& input);

  // The line for `event`; empty while this client is to have none.
  std::string tell(const QmpEvent& event);

  [[nodiscard]] bool negotiated() const { return mode_ != Mode::kNegotiating; }
  // The client has asked the machine to quit: nothing is to be read from it any more.
  [[nodiscard]] bool closing() const { return mode_ == Mode::kClosing; }

 private:
  enum class Mode { kNegotiating, kCommands, kClosing };

  std::string answer_document(const QmpParser::Document& document);
  Result<JsonText, ControlError> dispatch(std::string_view name, const Json& arguments);

  MachineControl& machine_;
  WallClock wall_clock_;
  QmpParser parser_;
  Mode mode_ = Mode::kNegotiating;
  bool shutdown_told_ = false;
};

}  // namespace unpark
