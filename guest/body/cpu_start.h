// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace unpark::guest {

// What a started CPU runs, with its APIC ID.
using CpuFunction = void (*)(std::uint32_t apic_id);

// Puts the start page in place. For every CPU that is started from now on.
void prepare_cpu_start(CpuFunction function);
// INIT-SIPI-SIPI, SDM volume 3, 9.4.4.1.
void start_cpu(std::uint32_t apic_id);
void start_other_cpus();  // all of them

}  // namespace unpark::guest
