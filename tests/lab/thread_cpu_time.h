// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <time.h>

#include <chrono>
#include <cstdint>

namespace unpark {

// CPU time that thread `tid` of this process has used. The clock of a thread that is not the
// caller: include/linux/posix-timers.h, ~tid in bits 31:3, per-thread and SCHED below.
inline std::chrono::nanoseconds thread_cpu_time(std::int64_t tid) {
  timespec t{};
  const auto clock = static_cast<clockid_t>((~static_cast<std::uint32_t>(tid) << 3) | 4u | 2u);
  if (::clock_gettime(clock, &t) != 0) return std::chrono::nanoseconds{-1};
  return std::chrono::seconds{t.tv_sec} + std::chrono::nanoseconds{t.tv_nsec};
}

}  // namespace unpark
