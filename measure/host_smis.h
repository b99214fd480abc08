// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "measure/session.h"

namespace unpark::measure {

// What is done with a machine of unpark whose guest has the words bench-host and leave-parked,
// before that measures itself: adds `run.parked` CPUs, which stay parked, then orders SMIs one by
// one and times each to the moment when the last CPU was in SMM ("smi.host", microseconds).
Result<Done, Stop> order_smis(Session& session, const Run& run, std::uint32_t number, Child& child,
                              GuestLines& lines);

}  // namespace unpark::measure
