// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <linux/kvm.h>

#include <cstdint>
#include <string>
#include <vector>

#include "devices/result.h"
#include "vmm/sys_error.h"

namespace unpark {

inline constexpr std::uint32_t kMinTsegMib = 8;       // that can be asked for
inline constexpr std::uint32_t kMaxTsegMib = 0xfffe;  // EXT_TSEG_MB has 16 bits, and FFFFh is taken

// The size of TSEG, in MiB, that the firmware of such a machine needs. The rule, and what it was
// measured on, is in docs/memory-map.md. More than kMaxTsegMib: no such machine is possible.
std::uint32_t tseg_mib_for(const std::vector<kvm_cpuid_entry2>& cpuid, std::uint32_t possible);

// What to say of a size that the user has chosen, when it is less than `needed_mib`; empty
// otherwise. The rule is on the safe side: it may do.
std::string tseg_warning(std::uint32_t tseg_mib, std::uint32_t needed_mib, std::uint32_t possible);

// Whether so much can be taken from `memory` bytes of RAM. `needed`: bytes below 4 GiB that the
// firmware needs besides.
Result<Done, Error> check_tseg(std::uint32_t tseg_mib, std::uint32_t possible, std::uint64_t memory,
                               std::uint64_t needed);

}  // namespace unpark
