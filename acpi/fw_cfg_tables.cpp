// SPDX-License-Identifier: Apache-2.0
#include "acpi/fw_cfg_tables.h"

#include <utility>

#include "acpi/facs.h"
#include "acpi/loader_script.h"
#include "acpi/root_tables.h"
#include "acpi/table.h"
#include "acpi/table_set.h"

namespace unpark::acpi {

Result<FwCfgTables, std::string> build_fw_cfg_tables(const AcpiConfig& config) {
  TRY(check(config));
  TableSet set = build_tables(config, 0);

  LoaderScript script;
  script.allocate(kTablesFile, kFacsAlignment, LoaderZone::kHigh);
  script.allocate(kRsdpFile, kRsdpAlignment, LoaderZone::kFSegment);
  for (const TablePointer& pointer : set.pointers) {
    script.add_pointer(kTablesFile, pointer.offset, pointer.width, kTablesFile);
  }
  script.add_pointer(kRsdpFile, kRsdpXsdtOffset, sizeof(std::uint64_t), kTablesFile);

  // Sums come last, over the addresses. The loader adds up what is stored: take our own sums, which
  // hold for base 0, out again.
  for (const PlacedTable& table : set.placed) {
    if (!table.has_checksum) continue;
    const auto at = static_cast<std::uint32_t>(table.offset + offsetof(SdtHeader, checksum));
    set.tables[at] = 0;
    script.add_checksum(kTablesFile, at, table.offset, table.length);
  }
  set.rsdp[kRsdpChecksumOffset] = 0;
  set.rsdp[kRsdpExtendedChecksumOffset] = 0;
  script.add_checksum(kRsdpFile, kRsdpChecksumOffset, 0, kRsdpChecksumLength);
  script.add_checksum(kRsdpFile, kRsdpExtendedChecksumOffset, 0, sizeof(Rsdp));

  return FwCfgTables{std::move(set.tables), std::move(set.rsdp), script.bytes()};
}

}  // namespace unpark::acpi
