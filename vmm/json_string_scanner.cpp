// SPDX-License-Identifier: Apache-2.0
#include "vmm/json_string_scanner.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace unpark {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdefABCDEF";

std::string not_a_character(std::string_view digits) {
  return fmt::format("JSON parse error, \\u{} is not a valid Unicode character", digits);
}

}  // namespace

void JsonStringScanner::begin(char quote, std::string& out) {
  *this = JsonStringScanner{};
  quote_ = quote;
  out += '"';
}

JsonStringScanner::Step JsonStringScanner::step(char c, std::string& out) {
  const auto byte = static_cast<std::uint8_t>(c);
  // FEh and FFh are in no UTF-8 text: clients send one to start afresh, wherever they are.
  if (byte < 0x20 || byte >= 0xfe) return Step::kLexicalError;
  if (state_ != State::kEscape && c == quote_) {
    if (state_ == State::kUnicode) fail(not_a_character(digits_ + c));
    expect_no_low_half();
    if (!utf8_.complete()) fail("JSON parse error, invalid UTF-8 sequence in string");
    out += '"';
    return Step::kEnd;
  }
  switch (state_) {
    case State::kPlain:
      plain(c, out);
      break;
    case State::kEscape:
      escape(c, out);
      break;
    case State::kUnicode:
      unicode(c, out);
      break;
  }
  return Step::kMore;
}

void JsonStringScanner::plain(char c, std::string& out) {
  if (!utf8_.next(static_cast<std::uint8_t>(c))) {
    utf8_ = {};
    fail("JSON parse error, invalid UTF-8 sequence in string");
  }
  if (c == '\\') {
    state_ = State::kEscape;
    return;  // the backslash is written with what it escapes
  }
  expect_no_low_half();
  if (c == '"') out += '\\';  // in single quotes it needs none
  out += c;
}

void JsonStringScanner::escape(char c, std::string& out) {
  state_ = State::kPlain;
  if (c == 'u') {
    state_ = State::kUnicode;
    digits_.clear();
    out += "\\u";
    return;
  }
  expect_no_low_half();
  if (c == '\'') {
    out += c;  // QEMU's; in double quotes JSON does not know it
  } else if (std::string_view{"\"\\/bfnrt"}.find(c) != std::string_view::npos) {
    out += '\\';
    out += c;
  } else {
    fail("JSON parse error, invalid escape sequence in string");
  }
}

void JsonStringScanner::unicode(char c, std::string& out) {
  if (kHexDigits.find(c) == std::string_view::npos) {
    fail(not_a_character(digits_ + c));
    state_ = State::kPlain;
    if (c == '\\') state_ = State::kEscape;  // the next quote may be an escaped one
    return;
  }
  digits_ += c;
  out += c;
  if (digits_.size() == 4) end_of_unicode();
}

void JsonStringScanner::end_of_unicode() {
  state_ = State::kPlain;
  const unsigned long code = std::stoul(digits_, nullptr, 16);
  const bool high = code >= 0xd800 && code < 0xdc00;
  const bool low = code >= 0xdc00 && code < 0xe000;
  if (low && !high_surrogate_digits_.empty()) {
    high_surrogate_digits_.clear();
    return;
  }
  expect_no_low_half();
  if (low) fail(not_a_character(digits_));
  if (high) high_surrogate_digits_ = digits_;
}

void JsonStringScanner::expect_no_low_half() {
  if (!high_surrogate_digits_.empty()) fail(not_a_character(high_surrogate_digits_));
  high_surrogate_digits_.clear();
}

void JsonStringScanner::fail(std::string sentence) {
  if (error_.empty()) error_ = std::move(sentence);
}

}  // namespace unpark
