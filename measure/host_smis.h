// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "measure/machine_orders.h"
#include "measure/session.h"

namespace unpark::measure {

// To a machine of unpark whose guest has the word bench-host, once that waits for SMIs.
Result<MachineOrders, Stop> connect_to_waiting(Session& session, const Run& run, Child& child,
                                               GuestLines& lines);
// Adds `run.parked` CPUs after the first `run.cpus`; with the word empty-handler they stay parked.
Result<Done, Stop> add_parked(const Run& run, MachineOrders& orders);

// What is done with a machine of unpark whose guest has the words bench-host and empty-handler,
// before that measures itself: adds `run.parked` CPUs, which stay parked, then orders SMIs one by
// one and times each to the moment when the last CPU was in SMM ("smi.host", microseconds).
Result<Done, Stop> order_smis(Session& session, const Run& run, std::uint32_t number, Child& child,
                              GuestLines& lines);

}  // namespace unpark::measure
