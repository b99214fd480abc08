// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace unpark::guest::smm {

// Steps 06 to 14 for the CPU in a slot that has a pending insert. All other CPUs are in SMM.
void claim(std::uint32_t slot);

}  // namespace unpark::guest::smm
