// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "guest/chips/cpu.h"
#include "guest/layout.h"

namespace unpark::guest::smm {

enum class CpuState : std::uint32_t {
  kOutside = GUEST_SEAT_OUTSIDE,
  kWaiting = GUEST_SEAT_WAITING,  // in SMM; leaves by itself when no monarch comes
  kHeld = GUEST_SEAT_HELD,        // counted by the monarch: stays until the monarch says otherwise
  kReleased = GUEST_SEAT_RELEASED,  // may leave
  kDoomed = GUEST_SEAT_DOOMED,      // to be ejected: stays
  kHalted,                          // stays, in HLT
};

// One CPU's seat in the rendezvous. The CPU and the monarch both change it: where their changes
// could meet, a compare-and-swap decides which one was made.
//
//            enter          hold           release          leave
//   Outside -------> Waiting -----> Held ----------> Released -----> Outside
//      ^    give_up   |              | doom   halt
//      +--------------+              +-------> Doomed ------> Halted
//
// A line of its own: two CPUs write it. smm/smm_entry.S knows that the state comes first.
class alignas(64) Seat {
 public:
  [[nodiscard]] CpuState state() const { return read_once(state_); }

  // By the CPU. In the guest smm/smm_entry.S enters, and leaves in most cases.
  void enter() { write_once(state_, CpuState::kWaiting); }
  bool give_up() { return change(CpuState::kWaiting, CpuState::kOutside); }
  void leave() { write_once(state_, CpuState::kOutside); }
  void halt() { write_once(state_, CpuState::kHalted); }

  // By the monarch. True: the CPU is here and stays.
  bool hold() { return state() == CpuState::kHeld || change(CpuState::kWaiting, CpuState::kHeld); }
  void release() {
    // Held stays so until the monarch changes it.
    if (state() == CpuState::kHeld) return write_once(state_, CpuState::kReleased);
    release_waiting();
  }
  // A CPU that nobody has counted.
  bool release_waiting() { return change(CpuState::kWaiting, CpuState::kReleased); }
  bool doom() { return change(CpuState::kHeld, CpuState::kDoomed); }
  // For whoever gets this APIC ID next.
  void clear() { write_once(state_, CpuState::kOutside); }

 private:
  bool change(CpuState from, CpuState to) { return exchange_if(state_, from, to); }

  CpuState state_ = CpuState::kOutside;
};
static_assert(sizeof(Seat) == 1 << GUEST_SEAT_SHIFT);

}  // namespace unpark::guest::smm
