// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "bench/statistics.h"
#include "devices/result.h"
#include "measure/interrupt.h"
#include "vmm/sys_error.h"

namespace unpark::measure {

// The limit for an SMI on one CPU: the smallest program on /dev/kvm that does it. One vCPU in
// 64-bit mode, no chip, no other thread; a guest of a few instructions that writes port B2h, takes
// the TSC before and after, and whose SMM handler is one RSM. Per SMI two calls: KVM_SMI and
// KVM_RUN. Gives the cycles of `count` SMIs (16384 at most) after `warmup` others; fewer if
// interrupted.
Result<bench::Samples, Error> bare_smi_loop(std::uint32_t count, std::uint32_t warmup,
                                            const Interrupt& interrupt);

}  // namespace unpark::measure
