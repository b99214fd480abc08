// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "vmm/json_text.h"

// Looking into JSON that somebody else wrote: what is missing or of another type is told by the
// return value, where the library would throw.
namespace unpark {

// Null if `value` is no object or has no such member.
const Json* member(const Json& value, std::string_view key);
// Empty if there is none.
std::string string_member(const Json& value, std::string_view key);
std::optional<std::int64_t> integer_member(const Json& value, std::string_view key);
std::optional<double> number_member(const Json& value, std::string_view key);
// False if there is none.
bool bool_member(const Json& value, std::string_view key);
// An empty array if there is none.
const Json& array_member(const Json& value, std::string_view key);

}  // namespace unpark
