// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <type_traits>

// The words of the embedded guest's lines, "unpark-guest: KIND NAME KEY=VALUE ..."
// (guest/README.md). What is not of that form is told by the return value.
namespace unpark::measure {

inline constexpr std::string_view kGuestPrefix = "unpark-guest: ";

inline std::string_view without_line_end(std::string_view line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  return line;
}

// Takes the first word off `text`; empty if there is none.
inline std::string_view next_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

// All of `text`, in decimal; a signed number may have a '+'.
template <class Number>
std::optional<Number> number_in(std::string_view text) {
  if constexpr (std::is_signed_v<Number>)
    if (text.starts_with('+')) text.remove_prefix(1);
  Number n{};
  const auto r = std::from_chars(text.data(), text.data() + text.size(), n);
  if (r.ec != std::errc{} || r.ptr != text.data() + text.size()) return std::nullopt;
  return n;
}

// "KEY=VALUE": the value.
inline std::optional<std::string_view> value_of(std::string_view word, std::string_view key) {
  if (!word.starts_with(key) || word.size() <= key.size() || word[key.size()] != '=')
    return std::nullopt;
  return word.substr(key.size() + 1);
}

template <class Number>
std::optional<Number> number_of(std::string_view word, std::string_view key) {
  const auto value = value_of(word, key);
  return value ? number_in<Number>(*value) : std::nullopt;
}

}  // namespace unpark::measure
