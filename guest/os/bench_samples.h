// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "guest/chips/cpu.h"
#include "guest/layout.h"

// Samples of a benchmark, all of them: kept in RAM of their own while it runs, told afterwards.
// Lines:
//   unpark-guest: SAMPLES NAME state=STATE at=N V V V ...     V: cycles of the TSC
//   unpark-guest: MEASURED NAME state=STATE count=N lost=N
namespace unpark::guest::os {

inline constexpr std::uint32_t kSeries = 4;
inline constexpr std::uint32_t kMostSamples = 16384;
static_assert(kSeries * kMostSamples * sizeof(std::uint64_t) <= GUEST_BENCH_SAMPLES_SIZE);

class Series {
 public:
  // `index` below kSeries: which part of that RAM.
  explicit Series(std::uint32_t index)
      : samples_(reinterpret_cast<std::uint64_t*>(static_cast<std::uintptr_t>(
            GUEST_BENCH_SAMPLES + index * kMostSamples * sizeof(std::uint64_t)))) {}

  void add(std::uint64_t cycles) {
    if (count_ < kMostSamples) samples_[count_++] = cycles;
  }
  void tell(std::string_view name, std::string_view state, std::uint32_t lost) const;

 private:
  std::uint64_t* samples_;
  std::uint32_t count_ = 0;
};

}  // namespace unpark::guest::os
