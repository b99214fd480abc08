// SPDX-License-Identifier: Apache-2.0
#include "measure/host_smis.h"

#include <fmt/format.h>

#include <utility>

#include "measure/host_smi_lines.h"

namespace unpark::measure {

namespace {

Stop failed(const Run& run, const Error& e) {
  return {Stop::Why::kFailed, fmt::format("{}: {}", name_of(run.peer), e.message)};
}

}  // namespace

Result<MachineOrders, Stop> connect_to_waiting(Session& session, const Run& run, Child& child,
                                               GuestLines& lines) {
  HostSmiLines smis;
  (void)TRY(read_until(session, run.peer, child, lines, [&](const OutputLine& line) {
    (void)smis.take(line.text, line.arrived, 0);
    return smis.waiting();
  }));
  auto orders = MachineOrders::connect(session.peers.control_path());
  if (!orders) return Unexpected{failed(run, orders.error())};
  return *std::move(orders);
}

Result<Done, Stop> add_parked(const Run& run, MachineOrders& orders) {
  for (std::uint32_t i = 0; i < run.parked; ++i)
    if (const auto r = orders.add(run.cpus + i); !r) return Unexpected{failed(run, r.error())};
  return Done{};
}

Result<Done, Stop> order_smis(Session& session, const Run& run, std::uint32_t number, Child& child,
                              GuestLines& lines) {
  auto orders = TRY(connect_to_waiting(session, run, child, lines));
  (void)TRY(add_parked(run, orders));
  HostSmiLines smis;
  bench::Round round{.run = number, .samples = {}, .lost = 0};
  for (std::uint32_t i = 0; i < session.options.warmup + session.options.samples; ++i) {
    const Nanoseconds ordered = monotonic_now();
    if (const auto r = orders.smi(); !r) return Unexpected{failed(run, r.error())};
    HostSmi smi;
    (void)TRY(read_until(session, run.peer, child, lines, [&](const OutputLine& line) {
      const auto told = smis.take(line.text, line.arrived, tsc_mhz(session));
      if (told) smi = *told;
      return told.has_value();
    }));
    if (i < session.options.warmup) continue;
    if (smi.last_in && *smi.last_in > ordered)
      round.samples.push_back(microseconds(*smi.last_in - ordered));
    else
      ++round.lost;
  }
  add(session, {"smi.host", run.cpus, run.parked, ""}, run.peer, std::move(round));
  return Done{};
}

}  // namespace unpark::measure
