// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace unpark {

using Bytes = std::vector<std::uint8_t>;

inline void put(Bytes& out, std::span<const std::uint8_t> more) {
  out.insert(out.end(), more.begin(), more.end());
}

// Everything in AML and in the ACPI tables is little-endian, whatever the host is.
template <std::unsigned_integral Value>
void put_le(Bytes& out, Value value) {
  for (std::size_t i = 0; i < sizeof value; ++i) {
    out.push_back(static_cast<std::uint8_t>(std::uint64_t{value} >> (8 * i)));
  }
}

}  // namespace unpark
