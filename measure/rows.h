// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

#include "bench/report.h"
#include "measure/peers.h"

// Filling a report in while it is measured.
namespace unpark::measure {

struct RowKey {
  std::string name;  // "smi.broadcast.out"
  std::uint32_t cpus = 1, parked = 0;
  std::string state;  // what the other CPUs do; empty: not said
};

// Adds what one run has measured to the row of that key, which is made, with its title, unit and
// targets, when it first comes up.
void add_round(bench::Report& report, const RowKey& key, Peer peer, const std::string& version,
               bench::Round round);

std::uint64_t lost_samples(const bench::Report& report);
// Once each.
void warn(bench::Report& report, std::string sentence);

}  // namespace unpark::measure
