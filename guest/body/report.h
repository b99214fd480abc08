// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string_view>

#include "guest/body/line.h"

// What the guest says on the serial line. Every line starts with "unpark-guest: " and stands for
// itself: a kind, a name, key=value pairs (guest/README.md).
namespace unpark::guest {

class Report {
 public:
  explicit constexpr Report(std::string_view name) {
    if (!name.empty()) line_.text(" ").text(name);
  }

  constexpr Report& dec(std::string_view key, std::uint64_t v) { return start(key).end(v); }
  constexpr Report& hex(std::string_view key, std::uint64_t v) {
    start(key).line_.hex(v);
    return *this;
  }
  constexpr Report& range(std::string_view key, std::uint64_t first, std::uint64_t last) {
    start(key).line_.hex(first).text("-").hex(last);
    return *this;
  }
  constexpr Report& offset(std::string_view key, std::int64_t v) {
    start(key).line_.offset(v);
    return *this;
  }
  constexpr Report& text(std::string_view key, std::string_view v) {
    start(key).line_.text(v);
    return *this;
  }
  [[nodiscard]] constexpr std::string_view view() const { return line_.view(); }

  // PASS or FAIL; failures are counted. Returns `passed`.
  bool verdict(bool passed) const;
  void skip() const { say("SKIP"); }
  void say(std::string_view kind) const;

 private:
  constexpr Report& start(std::string_view key) {
    line_.text(" ").text(key).text("=");
    return *this;
  }
  constexpr Report& end(std::uint64_t v) {
    line_.dec(v);
    return *this;
  }

  Line line_;
};

// FAIL lines so far.
std::uint32_t failures();

}  // namespace unpark::guest
