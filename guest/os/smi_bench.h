// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace unpark::guest::os {

// Times `count` SMIs with rendezvous of every CPU, by the TSC, and reports them.
void bench_smis(std::uint32_t count);

}  // namespace unpark::guest::os
