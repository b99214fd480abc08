// SPDX-License-Identifier: Apache-2.0
#include "acpi/aml_name.h"

#include <cassert>

namespace unpark::aml {
namespace {

// ACPI 6.5, 20.2.2.
constexpr std::uint8_t kNullName = 0x00;
constexpr std::uint8_t kDualNamePrefix = 0x2e;
constexpr std::uint8_t kMultiNamePrefix = 0x2f;

}  // namespace

NameSeg NameSeg::numbered(char lead, unsigned number) {
  assert(number <= 0xfff && "three hexadecimal digits");
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const std::array<char, kSegLength> text{lead, kDigits[number >> 8 & 0xf],
                                          kDigits[number >> 4 & 0xf], kDigits[number & 0xf]};
  assert(is_name_seg({text.data(), text.size()}));
  return NameSeg{std::string_view{text.data(), text.size()}};
}

Bytes Name::encode() const {
  Bytes out;
  std::string_view rest = text_;
  while (rest.starts_with('\\') || rest.starts_with('^')) {
    out.push_back(static_cast<std::uint8_t>(rest.front()));
    rest.remove_prefix(1);
  }
  // Four characters a segment and a dot between: n segments are 5n - 1 characters.
  const std::size_t segments = (rest.size() + 1) / (kSegLength + 1);
  if (segments == 0) out.push_back(kNullName);
  if (segments == 2) out.push_back(kDualNamePrefix);
  if (segments > 2) {
    out.push_back(kMultiNamePrefix);
    out.push_back(static_cast<std::uint8_t>(segments));
  }
  for (const char c : rest) {
    if (c != '.') out.push_back(static_cast<std::uint8_t>(c));
  }
  return out;
}

}  // namespace unpark::aml
