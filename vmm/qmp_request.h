// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>

#include "devices/result.h"
#include "vmm/json_text.h"
#include "vmm/machine_control.h"

namespace unpark {

// What is said about one request. A request too malformed to have an id gets an answer without.
std::string success_line(const JsonText& value, const std::optional<JsonText>& id);
std::string error_line(const ControlError& error, const std::optional<JsonText>& id);

// {"execute": name, "arguments": {...}, "id": any}, with nothing else beside it. The name views
// into `request`. Arguments that are left out are an empty object.
struct RequestView {
  std::string_view name;
  const Json& arguments;
};
Result<RequestView, ControlError> check_request(const Json& request);

// The id, to be echoed; also of a request that is wrong in everything else.
std::optional<JsonText> id_of(const Json& request);

}  // namespace unpark
