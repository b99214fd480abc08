// SPDX-License-Identifier: Apache-2.0
#include "vmm/json_members.h"

#include <nlohmann/json.hpp>

namespace unpark {

const Json* member(const Json& value, std::string_view key) {
  if (!value.is_object()) return nullptr;
  const auto it = value.find(key);
  return it == value.end() ? nullptr : &*it;
}

std::string string_member(const Json& value, std::string_view key) {
  const Json* m = member(value, key);
  return m != nullptr && m->is_string() ? m->get<std::string>() : std::string{};
}

std::optional<std::int64_t> integer_member(const Json& value, std::string_view key) {
  const Json* m = member(value, key);
  if (m == nullptr || !m->is_number_integer()) return std::nullopt;
  return m->get<std::int64_t>();
}

std::optional<double> number_member(const Json& value, std::string_view key) {
  const Json* m = member(value, key);
  if (m == nullptr || !m->is_number()) return std::nullopt;
  return m->get<double>();
}

bool bool_member(const Json& value, std::string_view key) {
  const Json* m = member(value, key);
  return m != nullptr && m->is_boolean() && m->get<bool>();
}

const Json& array_member(const Json& value, std::string_view key) {
  static const Json kNone = Json::array();
  const Json* m = member(value, key);
  return m != nullptr && m->is_array() ? *m : kNone;
}

}  // namespace unpark
