// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace unpark {

// Follows UTF-8 byte by byte (Unicode 15, table 3-7: no overlong forms, no surrogates).
class Utf8Check {
 public:
  // False: `byte` cannot stand here.
  constexpr bool next(std::uint8_t byte) {
    if (more_ == 0) return first(byte);
    const bool good = byte >= low_ && byte <= high_;
    --more_;
    low_ = 0x80;
    high_ = 0xbf;
    return good;
  }
  // No sequence is open.
  [[nodiscard]] constexpr bool complete() const { return more_ == 0; }

 private:
  constexpr bool first(std::uint8_t byte) {
    if (byte < 0x80) return true;
    if (byte < 0xc2 || byte > 0xf4) return false;
    more_ = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    low_ = byte == 0xe0 ? 0xa0 : byte == 0xf0 ? 0x90 : 0x80;
    high_ = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : 0xbf;
    return true;
  }

  int more_ = 0;
  std::uint8_t low_ = 0x80, high_ = 0xbf;
};

}  // namespace unpark
