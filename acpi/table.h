// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "acpi/bytes.h"

namespace unpark::acpi {

// ACPI 6.5, 5.2.6, DESCRIPTION_HEADER. The host is x86, so the packed structs are little-endian.
struct [[gnu::packed]] SdtHeader {
  std::array<char, 4> signature;     //  0
  std::uint32_t length;              //  4: bytes, header included
  std::uint8_t revision;             //  8
  std::uint8_t checksum;             //  9: makes the sum of all bytes 0
  std::array<char, 6> oem_id;        // 10
  std::array<char, 8> oem_table_id;  // 16
  std::uint32_t oem_revision;        // 24
  std::array<char, 4> creator_id;    // 28
  std::uint32_t creator_revision;    // 32
};
static_assert(sizeof(SdtHeader) == 36);
static_assert(offsetof(SdtHeader, checksum) == 9);

inline constexpr std::array<char, 6> kOemId{'U', 'N', 'P', 'A', 'R', 'K'};

// The sum of all bytes, modulo 256: 0 for a table that is whole.
std::uint8_t byte_sum(std::span<const std::uint8_t> bytes);

// The bytes of a packed struct.
template <class Pod>
Bytes as_bytes(const Pod& pod) {
  static_assert(std::is_trivially_copyable_v<Pod> && alignof(Pod) == 1, "packed structs only");
  const auto* first = reinterpret_cast<const std::uint8_t*>(&pod);
  return Bytes(first, first + sizeof pod);
}

// Only finish() can produce a table, so no table leaves without its length and checksum.
class TableBuilder {
 public:
  TableBuilder(std::string_view signature, std::uint8_t revision);

  template <class Pod>
  TableBuilder& append(const Pod& pod) {
    return append_bytes(as_bytes(pod));
  }
  TableBuilder& append_bytes(std::span<const std::uint8_t> bytes);

  // Leaves the builder empty.
  [[nodiscard]] Bytes finish();

 private:
  Bytes bytes_;
};

}  // namespace unpark::acpi
