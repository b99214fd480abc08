// SPDX-License-Identifier: Apache-2.0
#include "acpi/root_tables.h"

#include <span>

#include "acpi/table.h"

namespace unpark::acpi {

Bytes rsdp(std::uint64_t xsdt) {
  constexpr std::uint8_t kRevision = 2;
  Bytes bytes = as_bytes(Rsdp{.signature = {'R', 'S', 'D', ' ', 'P', 'T', 'R', ' '},
                              .oem_id = kOemId,
                              .revision = kRevision,
                              .length = sizeof(Rsdp),
                              .xsdt = xsdt});
  // The extended sum covers the first one: the order matters.
  const std::span<const std::uint8_t> all{bytes};
  bytes[kRsdpChecksumOffset] = static_cast<std::uint8_t>(-byte_sum(all.first(kRsdpChecksumLength)));
  bytes[kRsdpExtendedChecksumOffset] = static_cast<std::uint8_t>(-byte_sum(all));
  return bytes;
}

Bytes xsdt(const std::vector<std::uint64_t>& tables) {
  constexpr std::uint8_t kRevision = 1;
  Bytes addresses;
  for (const std::uint64_t table : tables) put_le(addresses, table);
  return TableBuilder("XSDT", kRevision).append_bytes(addresses).finish();
}

}  // namespace unpark::acpi
