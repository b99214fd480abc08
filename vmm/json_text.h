// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "devices/clock.h"
#include "devices/result.h"

namespace unpark {

using Json = nlohmann::json;

// Finished JSON: one line, ASCII only, a blank after ':' and ','. Replies are written rather than
// dumped from a tree because their members stand in QEMU's order.
struct JsonText {
  std::string text;
};

// Bytes that are not UTF-8 become U+FFFD.
JsonText json_string(std::string_view s);
JsonText json_integer(std::int64_t n);
JsonText json_unsigned(std::uint64_t n);
JsonText json_bool(bool b);
// "12.345": microseconds to the nanosecond.
JsonText json_microseconds(Nanoseconds t);
JsonText json_text(const Json& value);

class JsonObject {
 public:
  JsonObject& add(std::string_view key, const JsonText& value);
  [[nodiscard]] bool empty() const { return body_.empty(); }
  [[nodiscard]] JsonText text() const { return {"{" + body_ + "}"}; }

 private:
  std::string body_;
};

class JsonArray {
 public:
  JsonArray& add(const JsonText& value);
  [[nodiscard]] JsonText text() const { return {"[" + body_ + "]"}; }

 private:
  std::string body_;
};

// A whole document. The error is a sentence for the client. Depth is the caller's to limit.
Result<Json, std::string> parse_json(std::string_view text);

}  // namespace unpark
