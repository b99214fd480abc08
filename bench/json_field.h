// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "devices/result.h"
#include "vmm/sys_error.h"

namespace unpark::bench {

using OrderedJson = nlohmann::ordered_json;

// A whole document that a stranger may have written. The error says where it is no JSON, that it
// ends too early, that a member stands twice, or that it nests more than kMaxDepth levels.
constexpr std::size_t kMaxDepth = 16;
Result<OrderedJson, Error> parse_document(std::string_view text);

// Longest string that is taken, in bytes.
constexpr std::size_t kMaxText = 4096;
// Largest number that is taken.
constexpr double kMaxNumber = 1e15;

// A value somewhere in a document, read with what it must be. The first thing that is wrong is kept
// in `error` as a sentence with the value's path, and everything read afterwards is a default: a
// reader reads on and looks at the error at its end.
class JsonField {
 public:
  JsonField(const OrderedJson& value, std::string path, std::string& error)
      : value_(&value), path_(std::move(path)), error_(&error) {}

  [[nodiscard]] JsonField operator[](const char* key) const;  // a member that must be there
  [[nodiscard]] bool has(const char* key) const;              // there, and not null

  [[nodiscard]] std::string text() const;  // no longer than kMaxText
  [[nodiscard]] std::string text_or(const char* key, std::string other) const;
  [[nodiscard]] bool flag() const;
  [[nodiscard]] double number() const;  // 0 to kMaxNumber
  [[nodiscard]] std::uint64_t whole(std::uint64_t max) const;
  [[nodiscard]] std::uint32_t count() const;  // whole, 0 to 1 000 000
  [[nodiscard]] std::vector<double> numbers() const;
  [[nodiscard]] std::vector<std::string> texts() const;
  // The members of an object of strings.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> facts() const;
  // Calls `visit` for each element of an array of at most `most`, until something is wrong.
  void each(std::size_t most, const std::function<void(const JsonField&)>& visit) const;

  // "PATH is VALUE; it must be EXPECTED".
  void refuse(std::string_view expected) const;
  void refuse_because(std::string_view why) const;  // "PATH WHY"
  [[nodiscard]] bool failed() const { return !error_->empty(); }

 private:
  const OrderedJson* value_;
  std::string path_;
  std::string* error_;
};

}  // namespace unpark::bench
