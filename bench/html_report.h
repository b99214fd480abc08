// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "bench/report.h"

namespace unpark::bench {

// The report as one page that needs nothing else: no script, no file, no network, and a policy in
// it that forbids them all.
std::string html_of(const Report& report);

}  // namespace unpark::bench
