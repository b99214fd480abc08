// SPDX-License-Identifier: Apache-2.0
#include "guest/os/smi_bench.h"

#include <array>
#include <span>

#include "guest/body/report.h"
#include "guest/chips/cpu.h"
#include "guest/chips/software_smi.h"
#include "guest/firmware/machine.h"
#include "guest/os/os_cpus.h"

namespace unpark::guest::os {

namespace {

constexpr std::uint32_t kMost = 4096;
constinit std::array<std::uint64_t, kMost> cycles{};

// Shell sort: short, and fast enough for 4096.
void sort(std::span<std::uint64_t> v) {
  for (std::size_t gap = v.size() / 2; gap > 0; gap /= 2)
    for (std::size_t i = gap; i < v.size(); ++i)
      for (std::size_t j = i; j >= gap && v[j - gap] > v[j]; j -= gap) {
        const std::uint64_t held = v[j];
        v[j] = v[j - gap];
        v[j - gap] = held;
      }
}

}  // namespace

void bench_smis(std::uint32_t count) {
  count = count < kMost ? count : kMost;
  if (count == 0) return;
  const std::uint32_t sessions = read_once(smm_report.sessions);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint64_t start = read_tsc();
    software_smi(0);
    cycles[i] = read_tsc() - start;
  }
  const std::uint32_t served = read_once(smm_report.sessions) - sessions;
  sort(std::span(cycles).first(count));
  Report("smi")
      .dec("cpus", online_count())
      .dec("count", count)
      .dec("served", served)
      .dec("min", cycles[0])
      .dec("median", cycles[count / 2])
      .dec("p99", cycles[count - 1 - count / 100])
      .dec("max", cycles[count - 1])
      .say("BENCH");
  if (served != count) Report("smi-bench").dec("served", served).verdict(false);
}

}  // namespace unpark::guest::os
