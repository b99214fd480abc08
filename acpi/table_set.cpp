// SPDX-License-Identifier: Apache-2.0
#include "acpi/table_set.h"

#include <cassert>

#include "acpi/dsdt.h"
#include "acpi/facs.h"
#include "acpi/fadt.h"
#include "acpi/madt.h"
#include "acpi/mcfg.h"
#include "acpi/root_tables.h"
#include "acpi/table.h"

namespace unpark::acpi {
namespace {

// Only the FACS must be aligned; the others are easier to read in a dump.
constexpr std::uint32_t kTableAlignment = 16;

class SetBuilder {
 public:
  explicit SetBuilder(std::uint32_t base) : base_(base) {}

  // Returns the table's address.
  std::uint32_t place(std::string_view name, const Bytes& table, bool has_checksum = true) {
    while (set_.tables.size() % kTableAlignment != 0) set_.tables.push_back(0);
    last_ = static_cast<std::uint32_t>(set_.tables.size());
    set_.placed.push_back({name, last_, static_cast<std::uint32_t>(table.size()), has_checksum});
    put(set_.tables, table);
    return base_ + last_;
  }
  // The table placed last holds an address at `offset`.
  void points(std::uint32_t offset, std::uint8_t width) {
    set_.pointers.push_back({last_ + offset, width});
  }
  TableSet finish(std::uint32_t xsdt_address) {
    set_.rsdp = rsdp(xsdt_address);
    return std::move(set_);
  }

 private:
  std::uint32_t base_;
  std::uint32_t last_ = 0;
  TableSet set_;
};

}  // namespace

TableSet build_tables(const AcpiConfig& config, std::uint32_t base) {
  assert(base % kFacsAlignment == 0);
  SetBuilder set(base);
  // First, because the start of the set is what the loader aligns.
  const std::uint32_t facs_address = set.place("facs", facs(), false);
  const std::uint32_t dsdt_address = set.place("dsdt", dsdt(dsdt_options(config)));

  std::vector<std::uint64_t> roots;
  roots.push_back(set.place("facp", fadt(facs_address, dsdt_address)));
  set.points(kFadtFirmwareCtrlOffset, sizeof(std::uint32_t));
  set.points(kFadtDsdtOffset, sizeof(std::uint32_t));
  set.points(kFadtXDsdtOffset, sizeof(std::uint64_t));
  roots.push_back(set.place("apic", madt(config)));
  roots.push_back(set.place("mcfg", mcfg()));

  const std::uint32_t xsdt_address = set.place("xsdt", xsdt(roots));
  for (std::uint32_t i = 0; i < roots.size(); ++i) {
    set.points(static_cast<std::uint32_t>(sizeof(SdtHeader) + i * sizeof(std::uint64_t)),
               sizeof(std::uint64_t));
  }
  return set.finish(xsdt_address);
}

}  // namespace unpark::acpi
