// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <istream>
#include <optional>

namespace unpark::measure {

// Resident memory of a process that runs a machine, in KiB (Rss of proc(5), smaps): all mappings
// but the one that holds the guest's RAM. That is the only one of `ram_kib` KiB or little more;
// nothing if there is none or several, or the text is no smaps. Pages shared with other processes
// count in full, page tables and what the kernel keeps for KVM not at all.
std::optional<std::uint64_t> resident_beyond_ram(std::istream& smaps, std::uint64_t ram_kib);
std::optional<std::uint64_t> resident_beyond_ram(pid_t pid, std::uint64_t ram_kib);

}  // namespace unpark::measure
