// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "acpi/bytes.h"

// ASL names that are checked when the project is compiled: "CSCN"_seg and "\\_SB.CPUS"_name do not
// compile when they are misspelt. ACPI 6.5, 20.2.2 (name objects encoding).
namespace unpark::aml {

// ASL pads shorter segments with underscores; here they are written out.
inline constexpr std::size_t kSegLength = 4;

// [A-Z_][A-Z0-9_]{3}
constexpr bool is_name_seg(std::string_view text) {
  const auto lead = [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto any = [lead](char c) { return lead(c) || (c >= '0' && c <= '9'); };
  return text.size() == kSegLength && lead(text.front()) && std::ranges::all_of(text, any);
}

// A root or parent prefix, then segments with dots between. "\\" alone is the root.
constexpr bool is_name(std::string_view text) {
  if (text.starts_with('\\')) {
    text.remove_prefix(1);
    if (text.empty()) return true;
  } else {
    while (text.starts_with('^')) text.remove_prefix(1);
  }
  for (std::size_t count = 1; count <= 255; ++count) {
    if (!is_name_seg(text.substr(0, kSegLength))) return false;
    text.remove_prefix(kSegLength);
    if (text.empty()) return true;
    if (text.front() != '.') return false;
    text.remove_prefix(1);
  }
  return false;
}

// The text of a string literal as a template argument.
template <std::size_t N>
struct Literal {
  char text[N]{};
  constexpr Literal(const char (&literal)[N]) {  // NOLINT: the conversion is the point
    std::copy_n(literal, N, text);
  }
  [[nodiscard]] constexpr std::string_view view() const { return {text, N - 1}; }
};

// Four characters: what a field unit is named with.
class NameSeg {
 public:
  // `lead` and the number in three upper-case hexadecimal digits: C000 ... CFFF.
  static NameSeg numbered(char lead, unsigned number);

  [[nodiscard]] constexpr std::string_view text() const { return {text_.data(), text_.size()}; }
  friend constexpr bool operator==(const NameSeg&, const NameSeg&) = default;

 private:
  constexpr explicit NameSeg(std::string_view checked) {
    std::copy_n(checked.begin(), kSegLength, text_.begin());
  }
  template <Literal kText>
  requires(is_name_seg(kText.view())) friend constexpr NameSeg operator""_seg();

  std::array<char, kSegLength> text_{};
};

// A NameString: where an object is, or how it is to be called.
class Name {
 public:
  Name(const NameSeg& seg) : text_(seg.text()) {}  // NOLINT: a segment is a name

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] Bytes encode() const;

 private:
  explicit Name(std::string_view checked) : text_(checked) {}
  template <Literal kText>
  requires(is_name(kText.view())) friend Name operator""_name();

  std::string text_;
};

template <Literal kText>
requires(is_name_seg(kText.view())) constexpr NameSeg operator""_seg() {
  return NameSeg{kText.view()};
}

template <Literal kText>
requires(is_name(kText.view())) Name operator""_name() {
  return Name{kText.view()};
}

}  // namespace unpark::aml
