// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "acpi/config.h"
#include "devices/result.h"

namespace unpark::acpi {

// Where the tables would lie: no memory is there to ask. Addresses in the written files are
// relative to it.
inline constexpr std::uint32_t kNominalBase = 0x7ff00000;

// Writes every table into `directory` (made if it is missing), for iasl and other tools to read:
// apic.aml, dsdt.aml, facp.aml, facs.aml, mcfg.aml, xsdt.aml, and rsdp.bin, which is not called
// .aml because it has no table header and iasl does not take it. Files of these names are replaced,
// others are left alone. Returns the paths written, or one sentence.
Result<std::vector<std::filesystem::path>, std::string> write_tables(
    const AcpiConfig& config, const std::filesystem::path& directory);

}  // namespace unpark::acpi
