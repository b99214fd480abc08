// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "guest/body/options.h"
#include "guest/body/steps.h"

namespace unpark::guest::os {

// A CPU that the GPE handler announced, and what became of it.
struct JoinedCpu {
  std::uint32_t slot, apic_id;
  bool online, worked;
  std::uint64_t step15;  // TSC
  std::uint64_t sum, expected;
};

// STEP lines, verdicts, DONE. `os_times` has steps 04 and 05; failures since `failed_before` count.
void report_hot_add(const JoinedCpu& cpu, const StepTimes& os_times, const Options& options,
                    std::uint32_t failed_before);
// Claims that SMM gave up, and SMIs that a CPU did not come to.
void report_failed_claims(const Options& options);

}  // namespace unpark::guest::os
