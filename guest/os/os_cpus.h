// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

// The CPUs of the OS, by APIC ID.
namespace unpark::guest::os {

bool online(std::uint32_t apic_id);
// CPUs online, the boot CPU included.
std::uint32_t online_count();

// INIT-SIPI-SIPI, then waits for the CPU to report in. False: it did not.
bool bring_up(std::uint32_t apic_id);
// What `apic_id` did is forgotten: INIT has reached it, or it is gone.
void forget(std::uint32_t apic_id);
// Lets a CPU halt with interrupts off. False: it did not.
bool take_down(std::uint32_t apic_id);

// Work: sums up a block of memory, `rounds` times over.
inline constexpr std::uint32_t kWorkBytes = 64 * 1024;
void prepare_work();
std::uint64_t work(std::uint32_t rounds);
// Has a CPU do it. False: no answer in time.
bool run_work(std::uint32_t apic_id, std::uint32_t rounds, std::uint64_t& sum);

// Has a CPU run with SMIs held off, until let_smis_in(). False: it did not, or cannot.
bool hold_smis_off(std::uint32_t apic_id);
bool let_smis_in(std::uint32_t apic_id);

// What a CPU can be kept busy with (os/os_loads.h), until let_go(). False: it did not start, or
// end.
enum class Load : std::uint32_t { kUserMode, kPortLoop };
bool occupy(std::uint32_t apic_id, Load load);
bool let_go(std::uint32_t apic_id);

// By how much a CPU's TSC is ahead of the boot CPU's: between `low` and `high`, as close as 64
// questions and answers tell. False: no answer in time.
struct TscOffset {
  std::int64_t low, high;
};
bool measure_tsc(std::uint32_t apic_id, TscOffset& offset);

// Interrupts of the attack that arrived.
void count_harmless(std::uint32_t apic_id);
void count_nmi(std::uint32_t apic_id);
std::uint32_t harmless_interrupts(std::uint32_t apic_id);
std::uint32_t nmis(std::uint32_t apic_id);

}  // namespace unpark::guest::os
