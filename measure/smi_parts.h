// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "measure/session.h"

namespace unpark::measure {

// Where the time of an SMI on one CPU goes, by KVM's tracepoints ("smi.part.*"). Tracing makes each
// part longer: machines of their own, not those of bench_smi(). Nothing unless one of
// Options::cpus is 1. Where this host gives no tracefs a
// warning in the report says so, and nothing is measured.
Result<Done, Stop> bench_smi_parts(Session& session);

}  // namespace unpark::measure
