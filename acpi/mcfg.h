// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "acpi/fixed_hardware.h"
#include "acpi/table.h"
#include "devices/pci_spec.h"

namespace unpark::acpi {

// PCI Firmware Specification 3.3, 4.1.2: memory mapped configuration space, after the header.
struct [[gnu::packed]] McfgBody {
  std::uint64_t reserved0;  // 36
  std::uint64_t base;       // 44: of bus 0
  std::uint16_t segment;    // 52
  std::uint8_t first_bus;   // 54
  std::uint8_t last_bus;    // 55
  std::uint32_t reserved1;  // 56
};
static_assert(sizeof(SdtHeader) + sizeof(McfgBody) == 60);

inline Bytes mcfg() {
  constexpr std::uint8_t kRevision = 1;
  return TableBuilder("MCFG", kRevision)
      .append(McfgBody{
          .base = spec::pci::kEcamBase, .segment = 0, .first_bus = 0, .last_bus = kLastBus})
      .finish();
}

}  // namespace unpark::acpi
