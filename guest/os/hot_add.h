// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "guest/body/options.h"

namespace unpark::guest::os {

// Steps 04, 05 and 15 and everything between them that the OS sees: runs the GPE handler, brings up
// and tries the CPUs it announces, reports.
void handle_cpu_gpe(const Options& options);

}  // namespace unpark::guest::os
