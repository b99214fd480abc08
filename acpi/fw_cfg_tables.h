// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "acpi/bytes.h"
#include "acpi/config.h"
#include "devices/result.h"

namespace unpark::acpi {

inline constexpr char kTablesFile[] = "etc/acpi/tables";
inline constexpr char kRsdpFile[] = "etc/acpi/rsdp";
inline constexpr char kLoaderFile[] = "etc/table-loader";

// The three fw_cfg files with which the firmware installs the tables. They belong together: build
// all of them when the firmware selects kLoaderFile, and serve them until it does again.
struct FwCfgTables {
  Bytes tables;  // kTablesFile: pointers are offsets, checksums are 0
  Bytes rsdp;    // kRsdpFile: the same
  Bytes loader;  // kLoaderFile
};

// Fails for a config that check() refuses, with its words.
Result<FwCfgTables, std::string> build_fw_cfg_tables(const AcpiConfig& config);

}  // namespace unpark::acpi
