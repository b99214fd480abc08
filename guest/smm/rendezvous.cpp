// SPDX-License-Identifier: Apache-2.0
#include "guest/smm/rendezvous.h"

#include "guest/chips/cpu.h"
#include "guest/chips/lapic.h"
#include "guest/chips/pm_timer.h"

namespace unpark::guest::smm {

// Found through the image header while TSEG is open.
constinit SmmConfig config{};

namespace {

// Written by two CPUs each: a line of its own.
struct alignas(64) Seat {
  CpuState state;
};
constinit std::array<Seat, GUEST_MAX_CPUS> seats{};
constinit std::uint32_t monarch_inside = 0;

// An SMI that only one CPU got (an OS may send itself any number) must not hold it for long: a SIPI
// sent to it meanwhile would be lost. Who leaves too early is called back by gather().
constexpr std::uint64_t kAloneUs = 50'000;
// Longer than any session, whose waits are all bounded.
constexpr std::uint64_t kSessionUs = 120'000'000;
constexpr std::uint64_t kGatherUs = 60'000;  // then an SMI of their own
constexpr std::uint64_t kGatherAgainUs = 500'000;
constexpr std::uint64_t kLeaveUs = 2'000'000;

bool change_state(std::uint32_t apic_id, CpuState from, CpuState to) {
  return exchange_if(seats[apic_id].state, from, to);
}

// APIC ID of a known CPU that is not here, or kAllHere.
constexpr std::uint32_t kAllHere = ~0u;
std::uint32_t find_missing() {
  for (std::uint32_t slot = 0; slot < config.possible; ++slot) {
    const std::uint32_t id = config.apic_id_of_slot[slot];
    if (config.known[id] && id != config.monarch && state_of(id) != CpuState::kWaiting) return id;
  }
  return kAllHere;
}

}  // namespace

SmmReport& report() {
  return memory<SmmReport>(config.report);
}
CpuState state_of(std::uint32_t apic_id) {
  return read_once(seats[apic_id].state);
}
void set_state(std::uint32_t apic_id, CpuState state) {
  write_once(seats[apic_id].state, state);
}

void follow(std::uint32_t apic_id) {
  set_state(apic_id, CpuState::kWaiting);
  Timeout alone(kAloneUs);
  Timeout stuck(kSessionUs);
  for (;;) {
    const CpuState now = state_of(apic_id);
    if (now == CpuState::kReleased) break;
    if (now == CpuState::kDoomed) {
      set_state(apic_id, CpuState::kHalted);
      halt_for_ever();
    }
    Timeout& patience = read_once(monarch_inside) != 0 ? stuck : alone;
    if (patience.expired() && change_state(apic_id, CpuState::kWaiting, CpuState::kOutside)) return;
  }
  set_state(apic_id, CpuState::kOutside);
}

bool gather(std::uint32_t& missing) {
  write_once(monarch_inside, 1u);
  const auto complete = [] { return find_missing() == kAllHere; };
  if (wait_until(kGatherUs, complete)) return true;
  for (std::uint32_t slot = 0; slot < config.possible; ++slot) {
    const std::uint32_t id = config.apic_id_of_slot[slot];
    if (config.known[id] && id != config.monarch && state_of(id) != CpuState::kWaiting)
      lapic::send(id, lapic::Mode::kSmi);
  }
  if (wait_until(kGatherAgainUs, complete)) return true;
  missing = find_missing();
  return missing == kAllHere;
}

void release_stray(std::uint32_t apic_id) {
  change_state(apic_id, CpuState::kWaiting, CpuState::kReleased);
}

void release_all() {
  for (std::uint32_t slot = 0; slot < config.possible; ++slot)
    release_stray(config.apic_id_of_slot[slot]);
  wait_until(kLeaveUs, [] {
    for (std::uint32_t slot = 0; slot < config.possible; ++slot)
      if (state_of(config.apic_id_of_slot[slot]) == CpuState::kReleased) return false;
    return true;
  });
  write_once(monarch_inside, 0u);
}

}  // namespace unpark::guest::smm

// For the image header.
asm(".globl unpark_guest_smm_config\n.hidden unpark_guest_smm_config\n"
    ".set unpark_guest_smm_config, _ZN6unpark5guest3smm6configE\n");
