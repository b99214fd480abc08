// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <concepts>
#include <cstdint>

namespace unpark {

// Bits hi..lo of a register, named in the datasheet's order. Usable in a freestanding guest.
template <unsigned Hi, unsigned Lo = Hi, class V = std::uint64_t>
struct Field {
  static_assert(Hi >= Lo && Hi < 64);
  static constexpr unsigned kWidth = Hi - Lo + 1;
  static constexpr std::uint64_t kMask = (~std::uint64_t{0} >> (64 - kWidth)) << Lo;

  template <std::unsigned_integral Raw>
  static constexpr V get(Raw raw) {
    static_assert(Hi < sizeof(Raw) * 8, "field lies outside the register");
    return static_cast<V>((std::uint64_t{raw} & kMask) >> Lo);
  }
  template <std::unsigned_integral Raw>
  static constexpr Raw with(Raw raw, V v) {
    static_assert(Hi < sizeof(Raw) * 8, "field lies outside the register");
    const auto bits = (static_cast<std::uint64_t>(v) << Lo) & kMask;
    return static_cast<Raw>((std::uint64_t{raw} & ~kMask) | bits);
  }
};

}  // namespace unpark
