// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace unpark {

// What a plain register does to a write, as data. Bits in no mask are read-only; whatever is more
// than this becomes code in the device.
struct RegisterInfo {
  std::string_view name;
  std::uint16_t offset;
  std::uint8_t width;  // bytes
  std::uint32_t reset;
  std::uint32_t writable;  // plain read/write bits
  std::uint32_t w1c;       // write-1-to-clear bits

  [[nodiscard]] constexpr std::uint32_t after_write(std::uint32_t old, std::uint32_t value) const {
    const std::uint32_t kept = old & ~writable & ~(value & w1c);
    return kept | (value & writable);
  }
};

// The layout is complete: sorted, no gap, no overlap, and `size` bytes long.
template <std::size_t N>
constexpr bool is_packed(const std::array<RegisterInfo, N>& table, std::size_t size) {
  std::size_t next = 0;
  for (const auto& r : table) {
    if (r.offset != next || (r.writable & r.w1c) != 0) return false;
    next += r.width;
  }
  return next == size;
}

}  // namespace unpark
