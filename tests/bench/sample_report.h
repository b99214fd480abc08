// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "bench/report.h"

namespace unpark::bench {

// A made-up report as a run in the lab would give it: three peers that take turns, 1, 2, 4 and 8
// CPUs, 500 samples in 5 rounds with heavy tails, a bench that grows with parked CPUs, one of
// memory, one where more is better. The same on every call. `emulated`: with the warnings.
Report sample_report(bool emulated = true);

}  // namespace unpark::bench
