// SPDX-License-Identifier: Apache-2.0
#include "vmm/qmp_session.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "vmm/qmp_commands.h"
#include "vmm/qmp_request.h"

namespace unpark {
namespace {

constexpr std::string_view kEndOfLine = "\r\n";  // a client may search for both

constexpr std::string_view kQuitReason = "host-qmp-quit";

}  // namespace

std::string QmpSession::greeting() {
  const JsonText inner = JsonObject{}
                             .add("version", version_object())
                             .add("capabilities", JsonArray{}.text())  // "oob" is not offered
                             .text();
  return JsonObject{}.add("QMP", inner).text().text.append(kEndOfLine);
}

std::optional<std::string> QmpSession::answer(std::string_view& input) {
  if (closing()) {
    input = {};
    return std::nullopt;
  }
  const std::optional<QmpParser::Document> document = parser_.next(input);
  if (!document) return std::nullopt;
  return answer_document(*document);
}

std::string QmpSession::answer_document(const QmpParser::Document& document) {
  if (!document) {
    return error_line({ErrorClass::kGenericError, document.error().description}, {})
        .append(kEndOfLine);
  }
  const Result<Json, std::string> request = parse_json(*document);
  if (!request) {
    return error_line({ErrorClass::kGenericError, request.error()}, {}).append(kEndOfLine);
  }
  const std::optional<JsonText> id = id_of(*request);
  const Result<RequestView, ControlError> checked = check_request(*request);
  if (!checked) return error_line(checked.error(), id).append(kEndOfLine);

  const Result<JsonText, ControlError> result = dispatch(checked->name, checked->arguments);
  if (!result) return error_line(result.error(), id).append(kEndOfLine);
  std::string lines;
  if (closing()) lines = tell(event::Shutdown{.guest = false, .reason = std::string{kQuitReason}});
  lines += success_line(*result, id).append(kEndOfLine);
  // Last: the machine may end as soon as this turn of the event loop is over.
  if (closing()) machine_.request_quit(std::string{kQuitReason});
  return lines;
}

Result<JsonText, ControlError> QmpSession::dispatch(std::string_view name, const Json& arguments) {
  const bool negotiating = mode_ == Mode::kNegotiating;
  if (negotiating && name != "qmp_capabilities") {
    return Unexpected{ControlError{ErrorClass::kCommandNotFound,
                                   "Expecting capabilities negotiation with 'qmp_capabilities'"}};
  }
  const QmpCommand command = TRY(parse_command(name, arguments));
  if (negotiating) {
    mode_ = Mode::kCommands;
    return JsonObject{}.text();
  }
  const RunState now = machine_.run_state();
  if (!allowed(command, now)) {
    return Unexpected{
        ControlError{ErrorClass::kGenericError,
                     fmt::format("The command {} is not permitted while the machine is in state {}",
                                 name, name_of(now))}};
  }
  if (std::holds_alternative<command::Quit>(command)) mode_ = Mode::kClosing;
  return execute(command, machine_);
}

std::string QmpSession::tell(const QmpEvent& event) {
  if (!negotiated()) return {};
  // Once: the machine that quits on this client's order may announce it as well.
  if (std::holds_alternative<event::Shutdown>(event) && std::exchange(shutdown_told_, true)) {
    return {};
  }
  return to_line(event, wall_clock_()).append(kEndOfLine);
}

}  // namespace unpark
