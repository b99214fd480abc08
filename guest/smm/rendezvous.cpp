// SPDX-License-Identifier: Apache-2.0
#include "guest/smm/rendezvous.h"

#include "guest/chips/cpu.h"
#include "guest/chips/lapic.h"
#include "guest/smm/quick_session.h"
#include "guest/smm/smm_clock.h"

namespace unpark::guest::smm {

namespace {

constinit std::array<Seat, GUEST_MAX_CPUS> seats{};

}  // namespace

// Found through the image header while TSEG is open.
constinit SmmConfig config{.seats = seats.data(), .quick = &quick_session};

namespace {

// An SMI that only one CPU got (an OS may send itself any number) must not hold it for long: a SIPI
// sent to it meanwhile would be lost. Who leaves too early is called back by gather().
constexpr std::uint64_t kAloneUs = 50'000;
constexpr std::uint64_t kGatherUs = 60'000;  // then an SMI of their own
constexpr std::uint64_t kGatherAgainUs = 1'000'000;
constexpr std::uint64_t kLeaveUs = 2'000'000;

// Calls `action` for every CPU that takes part, except the monarch.
template <class Action>
void for_each_follower(Action action) {
  for (std::uint32_t slot = 0; slot < config.possible; ++slot) {
    const std::uint32_t id = config.apic_id_of_slot[slot];
    if (config.known[id] && id != config.monarch) action(id);
  }
}

// Holds whoever is here. Returns the APIC ID of one who is not, or kAllHere.
constexpr std::uint32_t kAllHere = ~0u;
std::uint32_t hold_everybody() {
  std::uint32_t missing = kAllHere;
  for_each_follower([&](std::uint32_t id) {
    if (!seats[id].hold() && missing == kAllHere) missing = id;
  });
  return missing;
}

}  // namespace

SmmReport& report() {
  return memory<SmmReport>(config.report);
}
Seat& seat_of(std::uint32_t apic_id) {
  return seats[apic_id];
}

void follow(std::uint32_t apic_id) {
  Seat& seat = seats[apic_id];
  Timeout alone(smm_clock(), kAloneUs);
  for (;;) {
    switch (seat.state()) {
      case CpuState::kReleased:
        return seat.leave();
      case CpuState::kDoomed:
        seat.halt();
        halt_for_ever();
      case CpuState::kWaiting:
        if (alone.expired() && seat.give_up()) return;
        break;
      default:
        pause();
    }
  }
}

bool gather(std::uint32_t& missing) {
  missing = kAllHere;
  const auto complete = [&] { return (missing = hold_everybody()) == kAllHere; };
  if (wait_until(kGatherUs, complete)) return true;
  for_each_follower([](std::uint32_t id) {
    if (!seats[id].hold()) lapic::send(id, lapic::Mode::kSmi);
  });
  return wait_until(kGatherAgainUs, complete);
}

void release_all() {
  for (std::uint32_t slot = 0; slot < config.possible; ++slot)
    seats[config.apic_id_of_slot[slot]].release();
  wait_until(kLeaveUs, [] {
    for (std::uint32_t slot = 0; slot < config.possible; ++slot)
      if (seats[config.apic_id_of_slot[slot]].state() == CpuState::kReleased) return false;
    return true;
  });
}

}  // namespace unpark::guest::smm

// For the image header.
asm(".globl unpark_guest_smm_config\n.hidden unpark_guest_smm_config\n"
    ".set unpark_guest_smm_config, _ZN6unpark5guest3smm6configE\n");
