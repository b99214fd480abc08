// SPDX-License-Identifier: Apache-2.0
#include "vmm/ctl_session.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "vmm/json_members.h"

namespace unpark {
namespace {

Unexpected<CtlFailure> lost(Error error) {
  return Unexpected{CtlFailure{kCtlNoConnection, std::move(error.message)}};
}

}  // namespace

Result<CtlSession, CtlFailure> CtlSession::connect(const std::string& path,
                                                   const CtlOptions& options) {
  auto client = QmpClient::connect(
      path, {.turn_timeout = options.turn_timeout,
             .answer_timeout = options.answer_timeout,
             .progress = [&options](std::string_view s) { options.err << s << std::endl; }});
  if (!client) return lost(std::move(client).error());
  return CtlSession{std::move(client).value()};
}

Result<Json, CtlFailure> CtlSession::ask(std::string_view command) {
  return ask(command, JsonObject{}.text());
}

Result<Json, CtlFailure> CtlSession::ask(std::string_view command, const JsonText& arguments) {
  const JsonText request =
      JsonObject{}.add("execute", json_string(command)).add("arguments", arguments).text();
  const std::string answer = TRY(raw(request.text));
  auto parsed = parse_json(answer);
  if (parsed && parsed->contains("return")) return std::move((*parsed)["return"]);
  const Json* error = parsed ? member(*parsed, "error") : nullptr;
  if (error == nullptr) {
    return Unexpected{CtlFailure{kCtlNoConnection, "the server does not speak QMP"}};
  }
  return Unexpected{CtlFailure{kCtlRefused,
                               fmt::format("{}: {}", command, string_member(*error, "desc")),
                               string_member(*error, "class") == "CommandNotFound"}};
}

Result<std::string, CtlFailure> CtlSession::raw(std::string_view request) {
  auto answer = client_.request(request);
  if (!answer) return lost(std::move(answer).error());
  return std::move(answer).value();
}

Result<Json, CtlFailure> CtlSession::next_event(Nanoseconds timeout) {
  auto line = client_.next_event(timeout);
  if (!line) return lost(std::move(line).error());
  if (!line->has_value()) return Json{};
  auto event = parse_json(**line);
  if (!event) return Unexpected{CtlFailure{kCtlNoConnection, "the server does not speak QMP"}};
  return std::move(event).value();
}

int report(const CtlFailure& failure, const CtlOptions& options) {
  options.err << "unpark ctl: " << failure.message << std::endl;
  return failure.status;
}

}  // namespace unpark
