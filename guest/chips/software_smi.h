// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "devices/apm_spec.h"

namespace unpark::guest {

// Returns when the SMI has been served. The jump: an emulator may look for an SMI only where a
// translated block ends; on a CPU and under KVM it has been taken before.
inline void software_smi(std::uint8_t value) {
  asm volatile("outb %0, %1; jmp 1f; 1:" : : "a"(value), "Nd"(spec::apm::kControlPort) : "memory");
}

}  // namespace unpark::guest
