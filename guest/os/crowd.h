// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>

#include "guest/layout.h"

namespace unpark::guest::os {

// For how long a CPU is waited for in one SMI.
inline constexpr std::uint64_t kStayUs = 10'000'000;

// Who takes part in a benchmark of SMIs, by APIC ID; the boot CPU, which writes and is the monarch
// in SMM, comes first. Told apart by when they came: SmmReport::stays.
struct Crowd {
  std::array<std::uint32_t, GUEST_MAX_CPUS> ids{};
  std::array<std::uint64_t, GUEST_MAX_CPUS> entered{};  // the last stay that was looked at
  std::uint32_t count = 0;

  void gather();  // those that are online
  void remember_stays();
  [[nodiscard]] bool stayed_again(std::uint32_t index) const;  // since remember_stays()
  // False: somebody has not come, or not left again.
  [[nodiscard]] bool everybody_has_left() const;
};
extern constinit Crowd crowd;

}  // namespace unpark::guest::os
