// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "measure/session.h"

namespace unpark::measure {

// `unpark bench hotplug`: CPUs are ordered on the QMP socket of a machine with one CPU, one at a
// time and given back, then eight at once; when each step was taken the embedded guest tells.
Result<Done, Stop> bench_hotplug(Session& session);

}  // namespace unpark::measure
