// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "vmm/smbios_table.h"

namespace unpark::smbios {

// Types 16, 17 and 19: one array of one device, which holds all `memory` bytes, mapped where
// memory_map.h puts them.
void add_memory(Table& table, std::uint64_t memory);

}  // namespace unpark::smbios
