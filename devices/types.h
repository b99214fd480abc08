// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <compare>
#include <cstdint>

namespace unpark {

// A number that knows what it counts. Arithmetic is granted one operator at a time.
template <class Tag, class Rep>
struct Strong {
  Rep value{};
  constexpr explicit Strong() = default;
  constexpr explicit Strong(Rep v) : value(v) {}
  friend constexpr auto operator<=>(Strong, Strong) = default;
};

using Gpa = Strong<struct GpaTag, std::uint64_t>;        // guest-physical address, bytes
using Port = Strong<struct PortTag, std::uint16_t>;      // x86 I/O port
using Gsi = Strong<struct GsiTag, std::uint32_t>;        // global system interrupt, ACPI 6.5 5.2.13
using VcpuId = Strong<struct VcpuIdTag, std::uint32_t>;  // slot number; equals the initial APIC ID

constexpr Gpa operator+(Gpa base, std::uint64_t bytes) {
  return Gpa{base.value + bytes};
}
constexpr std::uint64_t operator-(Gpa a, Gpa b) {
  return a.value - b.value;
}

}  // namespace unpark
