// SPDX-License-Identifier: Apache-2.0
#include "vmm/json_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <vector>

namespace unpark {
namespace {

std::string dump(const Json& scalar) {
  return scalar.dump(-1, ' ', true, Json::error_handler_t::replace);
}

// Recursion is bounded by the parser's nesting limit. Appends, because text that was copied once
// for each level would make depth times size of it.
void append(std::string& out, const Json& value) {
  if (!value.is_structured()) {
    out += dump(value);
    return;
  }
  const bool object = value.is_object();
  out += object ? '{' : '[';
  for (auto it = value.begin(); it != value.end(); ++it) {
    if (it != value.begin()) out += ", ";
    if (object) out.append(dump(it.key())).append(": ");
    append(out, *it);
  }
  out += object ? '}' : ']';
}

}  // namespace

JsonText json_string(std::string_view s) {
  return {dump(s)};
}

JsonText json_integer(std::int64_t n) {
  return {std::to_string(n)};
}
JsonText json_unsigned(std::uint64_t n) {
  return {std::to_string(n)};
}
JsonText json_bool(bool b) {
  return {b ? "true" : "false"};
}

JsonText json_microseconds(Nanoseconds t) {
  // From integers: a double would round.
  const auto ns = t.count() < 0 ? -t.count() : t.count();
  return {fmt::format("{}{}.{:03}", t.count() < 0 ? "-" : "", ns / 1000, ns % 1000)};
}

JsonText json_text(const Json& value) {
  std::string out;
  append(out, value);
  return {std::move(out)};
}

JsonObject& JsonObject::add(std::string_view key, const JsonText& value) {
  if (!body_.empty()) body_ += ", ";
  body_ += json_string(key).text;
  body_ += ": ";
  body_ += value.text;
  return *this;
}

JsonArray& JsonArray::add(const JsonText& value) {
  if (!body_.empty()) body_ += ", ";
  body_ += value.text;
  return *this;
}

Result<Json, std::string> parse_json(std::string_view text) {
  // nlohmann keeps the last of two equal keys without a word. What a second "id" or "driver" means
  // is nobody's to guess.
  bool duplicate = false;
  std::vector<std::set<std::string>> keys;  // of the objects that are open
  const auto watch = [&](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key) {
      duplicate |= !keys.back().insert(parsed.get<std::string>()).second;
    }
    return true;
  };
  Json value = Json::parse(text, watch, /*allow_exceptions=*/false);
  if (value.is_discarded()) {
    // The caller's grammar is stricter than the library's, so that a number is all that is left.
    return Unexpected{std::string{"JSON parse error, a number is out of range"}};
  }
  if (duplicate) return Unexpected{std::string{"JSON parse error, duplicate key"}};
  return value;
}

}  // namespace unpark
