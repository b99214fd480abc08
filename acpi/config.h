// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "devices/result.h"

namespace unpark::acpi {

// Guest-physical addresses that PCI devices may have.
struct AddressWindow {
  std::uint64_t base;
  std::uint64_t size;

  [[nodiscard]] constexpr std::uint64_t last() const { return base + (size - 1); }
};

// CPUs are named C000 to CFFF.
inline constexpr std::uint32_t kMaxCpus = 0x1000;

// What the tables depend on. They can be built again whenever it changes: a machine does that when
// the firmware selects etc/table-loader, after the SMI features were negotiated.
struct AcpiConfig {
  std::uint32_t possible_cpus = 1;
  // By slot, which is the APIC ID and the _UID. Slots past the end are absent.
  std::vector<bool> present{true};
  // As negotiated (devices/smi_features_spec.h).
  std::uint64_t smi_features = 0;
  AddressWindow mmio32{0xc0000000, 0x3c000000};  // where OVMF puts BARs
  std::optional<AddressWindow> mmio64{};

  [[nodiscard]] bool is_present(std::uint32_t slot) const {
    return slot < present.size() && present[slot];
  }
};

// A sentence that names the value if no tables can be built for it. Everything that takes an
// AcpiConfig without giving a Result relies on this check.
Result<Done, std::string> check(const AcpiConfig& config);

}  // namespace unpark::acpi
