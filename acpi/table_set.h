// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "acpi/bytes.h"
#include "acpi/config.h"

namespace unpark::acpi {

// A table's place in TableSet::tables.
struct PlacedTable {
  std::string_view name;  // lower case: "dsdt"
  std::uint32_t offset;
  std::uint32_t length;
  bool has_checksum;  // the FACS has none
};

// A field of TableSet::tables that holds the address of one of them.
struct TablePointer {
  std::uint32_t offset;  // of the field
  std::uint8_t width;    // bytes
};

// All tables one after the other, each finished: lengths, addresses and checksums are right if the
// first byte lies at the base that the set was built for.
struct TableSet {
  Bytes tables;
  std::vector<PlacedTable> placed;
  std::vector<TablePointer> pointers;
  Bytes rsdp;

  [[nodiscard]] std::span<const std::uint8_t> bytes_of(const PlacedTable& table) const {
    return std::span{tables}.subspan(table.offset, table.length);
  }
};

// The tables end below 4 GiB, `base` is a multiple of 64, `config` is checked. With base 0 every
// pointer is an offset into the set: what a loader script starts from.
TableSet build_tables(const AcpiConfig& config, std::uint32_t base);

}  // namespace unpark::acpi
