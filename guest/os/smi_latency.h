// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "guest/body/options.h"

namespace unpark::guest::os {

// unpark bench: measures SMIs by the TSC as `options` say, and tells every sample
// (bench_samples.h).
//   smi.single               one CPU: OUT 0xB2 to the next instruction
//   smi.broadcast.first      OUT 0xB2 to the first CPU's first instruction in SMM
//   smi.broadcast.all_in     ... to the last CPU's
//   smi.broadcast.out        ... until the writer goes on and the last of the others is before its
//   RSM smi.broadcast.writer     ... until the writer goes on smi.directed             write of the
//   ICR to the target's first instruction in SMM
// A sample to which a CPU did not come in time, or that another SMI spoiled, is lost, and counted.
void measure_smis(const Options& options);

}  // namespace unpark::guest::os
