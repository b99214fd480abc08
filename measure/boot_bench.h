// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "measure/session.h"

namespace unpark::measure {

// `unpark bench boot`: how long a machine takes from the start of its process to the first byte
// that the embedded guest writes, one of its first instructions, and to its READY; and what the
// process holds in memory then. One sample of each per machine.
Result<Done, Stop> bench_boot(Session& session);

}  // namespace unpark::measure
