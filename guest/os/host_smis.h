// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace unpark::guest::os {

// Says that it waits, then waits for `count` SMIs that somebody outside orders one by one, and
// tells of each when the last CPU was in (guest/README.md: CLOCK host-smis, host-smi).
void tell_host_smis(std::uint32_t count);

}  // namespace unpark::guest::os
