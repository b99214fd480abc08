// SPDX-License-Identifier: Apache-2.0
#include "vmm/qmp_request.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "vmm/qmp_commands.h"

namespace unpark {
namespace {

Unexpected<ControlError> refuse(std::string sentence) {
  return Unexpected{ControlError{ErrorClass::kGenericError, std::move(sentence)}};
}

}  // namespace

std::string success_line(const JsonText& value, const std::optional<JsonText>& id) {
  JsonObject line;
  line.add("return", value);
  if (id) line.add("id", *id);
  return line.text().text;
}

std::string error_line(const ControlError& error, const std::optional<JsonText>& id) {
  JsonObject line;
  if (id) line.add("id", *id);
  line.add("error", JsonObject{}
                        .add("class", json_string(name_of(error.error_class)))
                        .add("desc", json_string(error.description))
                        .text());
  return line.text().text;
}

Result<RequestView, ControlError> check_request(const Json& request) {
  static const Json kNoArguments = Json::object();
  if (!request.is_object()) return refuse("QMP input must be a JSON object");
  const Json* name = nullptr;
  const Json* arguments = &kNoArguments;
  for (const auto& [key, value] : request.items()) {
    if (key == "execute") {
      if (!value.is_string()) return refuse("QMP input member 'execute' must be a string");
      name = &value;
    } else if (key == "arguments") {
      if (!value.is_object()) return refuse("QMP input member 'arguments' must be an object");
      arguments = &value;
    } else if (key != "id") {
      // "exec-oob" as well: the greeting does not offer out-of-band execution.
      return refuse(fmt::format("QMP input member '{}' is unexpected", key));
    }
  }
  if (name == nullptr) return refuse("QMP input lacks member 'execute'");
  return RequestView{name->get_ref<const std::string&>(), *arguments};
}

std::optional<JsonText> id_of(const Json& request) {
  if (!request.is_object()) return std::nullopt;
  const auto it = request.find("id");
  if (it == request.end()) return std::nullopt;
  return json_text(*it);
}

}  // namespace unpark
