// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "measure/session.h"

namespace unpark::measure {

// `unpark bench smi`: the embedded guest measures SMIs by its TSC (guest/os/smi_latency.h), on
// every peer, and on one CPU the bare loop does. Rows come into the session's report as they are
// measured.
Result<Done, Stop> bench_smi(Session& session);

}  // namespace unpark::measure
