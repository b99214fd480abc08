// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "guest/layout.h"

// Most SMIs bring no work, and then every mode switch of every CPU is paid for nothing: under KVM
// four exits each. So smm/smm_entry.S takes the whole rendezvous in the mode in which SMM starts,
// by what stands here, and only goes on to C++ when there is something to do, when somebody does
// not come, or before the first session has filled this in.
namespace unpark::guest::smm {

struct QuickSession {
  std::uint32_t ready;       // 0: nothing below holds
  std::uint32_t wait_ticks;  // of the TSC, after which a CPU goes on to C++
  // A byte that says whether there is work: (read(port) & mask) == value.
  std::uint32_t work_port, work_mask, work_value;
  std::uint32_t sessions;    // address of SmmReport::sessions
  std::uint32_t seats;       // address of the seat of APIC ID 0
  std::uint32_t monarch;     // APIC ID
  std::uint32_t yield;       // GUEST_YIELD_*
  std::uint32_t spin_ticks;  // of the TSC, after which a waiting CPU yields
  std::array<std::uint32_t, GUEST_MAX_CPUS + 1> followers;  // addresses of seats; 0 ends them
};
static_assert(offsetof(QuickSession, wait_ticks) == GUEST_QUICK_WAIT_TICKS);
static_assert(offsetof(QuickSession, work_port) == GUEST_QUICK_WORK_PORT);
static_assert(offsetof(QuickSession, work_mask) == GUEST_QUICK_WORK_MASK);
static_assert(offsetof(QuickSession, work_value) == GUEST_QUICK_WORK_VALUE);
static_assert(offsetof(QuickSession, sessions) == GUEST_QUICK_SESSIONS);
static_assert(offsetof(QuickSession, seats) == GUEST_QUICK_SEATS);
static_assert(offsetof(QuickSession, monarch) == GUEST_QUICK_MONARCH);
static_assert(offsetof(QuickSession, yield) == GUEST_QUICK_YIELD);
static_assert(offsetof(QuickSession, spin_ticks) == GUEST_QUICK_SPIN_TICKS);
static_assert(offsetof(QuickSession, followers) == GUEST_QUICK_FOLLOWERS);

extern constinit QuickSession quick_session;

// By the monarch, at the end of every session of C++: who takes part may have changed.
void prepare_quick_session();

}  // namespace unpark::guest::smm
