// SPDX-License-Identifier: Apache-2.0
#include "guest/os/os_cpus.h"

#include <array>

#include "guest/body/cpu_start.h"
#include "guest/body/interrupts.h"
#include "guest/chips/lapic.h"
#include "guest/chips/pm_timer.h"
#include "guest/firmware/machine.h"
#include "guest/os/os_loads.h"

namespace unpark::guest::os {

namespace {

enum class Request : std::uint32_t { kNone, kWork, kHoldSmisOff, kHalt, kUser, kPort, kTellTsc };

struct alignas(64) Cpu {
  std::uint32_t online;
  Request request;
  std::uint32_t rounds;
  std::uint32_t smis_held_off;
  std::uint32_t occupied;
  std::uint32_t question, answer;  // of measure_tsc()
  std::uint64_t answered_tsc;
  std::uint32_t harmless, nmis;
  std::uint64_t sum;
};
constinit std::array<Cpu, GUEST_MAX_CPUS> cpus{};
alignas(64) constinit std::array<std::uint64_t, kWorkBytes / 8> block{};

constexpr std::uint64_t kStartUs = 1'000'000;
constexpr unsigned kStartAttempts = 3;
constexpr std::uint64_t kWorkUs = 10'000'000;

// AMD64 APM volume 2, 15.17: while GIF is clear, SMIs are held pending. 15.4: EFER.SVME.
constexpr std::uint32_t kEfer = 0xc0000080;
constexpr std::uint64_t kSvme = 1u << 12;
constexpr std::uint32_t kSvm = 1u << 2;  // CPUID 8000_0001H:ECX

void hold_smis_off_until_told(Cpu& self) {
  const std::uint64_t efer = read_msr(kEfer);
  write_msr(kEfer, efer | kSvme);
  asm volatile("clgi" : : : "memory");
  write_once(self.smis_held_off, 1u);
  while (read_once(self.request) == Request::kHoldSmisOff) pause();
  asm volatile("stgi" : : : "memory");
  write_msr(kEfer, efer);
  write_once(self.smis_held_off, 0u);
}

void tell_tsc_until_told(Cpu& self) {
  write_once(self.occupied, 1u);
  while (read_once(self.request) == Request::kTellTsc) {
    const std::uint32_t question = read_once(self.question);
    if (question != self.answer) {
      self.answered_tsc = read_tsc();
      write_once(self.answer, question);
    }
    pause();
  }
  write_once(self.occupied, 0u);
}

void carry_load(Cpu& self, Request request) {
  write_once(self.occupied, 1u);
  const auto word = reinterpret_cast<const std::uint32_t*>(&self.request);
  if (request == Request::kUser)
    loop_in_user_mode(word, static_cast<std::uint32_t>(request));
  else
    loop_on_port(word, static_cast<std::uint32_t>(request));
  write_once(self.occupied, 0u);
}

// Where a CPU starts in the OS, and stays.
void cpu_main(std::uint32_t apic_id) {
  Cpu& self = cpus[apic_id];
  load_descriptor_tables();
  lapic::enable();
  write_once(self.online, 1u);
  for (;;) {
    disable_interrupts();
    const Request request = read_once(self.request);
    switch (request) {
      case Request::kNone:
        enable_interrupts_and_halt();
        break;
      case Request::kWork:
        self.sum = work(self.rounds);
        write_once(self.request, Request::kNone);
        break;
      case Request::kHoldSmisOff:
        hold_smis_off_until_told(self);
        break;
      case Request::kUser:
      case Request::kPort:
        carry_load(self, request);
        break;
      case Request::kTellTsc:
        tell_tsc_until_told(self);
        break;
      case Request::kHalt:
        write_once(self.online, 0u);
        halt_for_ever();
    }
  }
}

template <class Done>
bool ask(std::uint32_t apic_id, Request request, std::uint64_t microseconds, Done done) {
  write_once(cpus[apic_id].request, request);
  lapic::send(apic_id, lapic::Mode::kFixed, kWakeVector);
  return wait_until(microseconds, done);
}

}  // namespace

bool online(std::uint32_t apic_id) {
  return apic_id == machine.boot_cpu || read_once(cpus[apic_id].online) != 0;
}

std::uint32_t online_count() {
  std::uint32_t n = 0;
  for (std::uint32_t slot = 0; slot < machine.possible; ++slot)
    if (online(machine.apic_id_of_slot[slot])) ++n;
  return n;
}

bool bring_up(std::uint32_t apic_id) {
  prepare_cpu_start(cpu_main);
  // A SIPI that finds its CPU in SMM is lost (SDM volume 3, 32.2), and an SMI may come at any time.
  for (unsigned attempt = 0; attempt < kStartAttempts; ++attempt) {
    forget(apic_id);
    start_cpu(apic_id);
    if (wait_until(kStartUs, [&] { return online(apic_id); })) return true;
  }
  return false;
}

void forget(std::uint32_t apic_id) {
  write_once(cpus[apic_id].request, Request::kNone);
  write_once(cpus[apic_id].online, 0u);
}

bool take_down(std::uint32_t apic_id) {
  return ask(apic_id, Request::kHalt, kStartUs, [&] { return !online(apic_id); });
}

void prepare_work() {
  std::uint64_t x = 0x9e3779b97f4a7c15;
  for (std::uint64_t& word : block) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    word = x;
  }
}

std::uint64_t work(std::uint32_t rounds) {
  std::uint64_t sum = rounds;
  for (std::uint32_t i = 0; i < rounds; ++i)
    for (const std::uint64_t& word : block) sum = (sum << 7 | sum >> 57) ^ (word + i);
  return sum;
}

bool run_work(std::uint32_t apic_id, std::uint32_t rounds, std::uint64_t& sum) {
  Cpu& cpu = cpus[apic_id];
  cpu.rounds = rounds;
  const bool done = ask(apic_id, Request::kWork, kWorkUs,
                        [&] { return read_once(cpu.request) == Request::kNone; });
  sum = done ? cpu.sum : 0;
  return done;
}

bool hold_smis_off(std::uint32_t apic_id) {
  if (cpuid(0x80000000).eax < 0x80000001 || (cpuid(0x80000001).ecx & kSvm) == 0) return false;
  return ask(apic_id, Request::kHoldSmisOff, kStartUs,
             [&] { return read_once(cpus[apic_id].smis_held_off) != 0; });
}

bool let_smis_in(std::uint32_t apic_id) {
  return ask(apic_id, Request::kNone, kStartUs,
             [&] { return read_once(cpus[apic_id].smis_held_off) == 0; });
}

bool occupy(std::uint32_t apic_id, Load load) {
  return ask(apic_id, load == Load::kUserMode ? Request::kUser : Request::kPort, kStartUs,
             [&] { return read_once(cpus[apic_id].occupied) != 0; });
}

bool let_go(std::uint32_t apic_id) {
  return ask(apic_id, Request::kNone, kStartUs,
             [&] { return read_once(cpus[apic_id].occupied) == 0; });
}

bool measure_tsc(std::uint32_t apic_id, TscOffset& offset) {
  constexpr unsigned kQuestions = 64;
  Cpu& cpu = cpus[apic_id];
  const auto occupied = [&] { return read_once(cpu.occupied) != 0; };
  if (!ask(apic_id, Request::kTellTsc, kStartUs, occupied)) return false;
  std::uint64_t shortest = ~0ull;
  for (unsigned i = 0; i < kQuestions; ++i) {
    const std::uint32_t question = cpu.question + 1;
    const std::uint64_t asked = read_tsc();
    write_once(cpu.question, question);
    if (!wait_until(kStartUs, [&] { return read_once(cpu.answer) == question; })) break;
    const std::uint64_t heard = read_tsc();
    if (heard - asked >= shortest) continue;
    shortest = heard - asked;
    offset.low = static_cast<std::int64_t>(cpu.answered_tsc - heard);
    offset.high = static_cast<std::int64_t>(cpu.answered_tsc - asked);
  }
  return let_go(apic_id) && shortest != ~0ull;
}

void count_harmless(std::uint32_t apic_id) {
  ++cpus[apic_id].harmless;
}
void count_nmi(std::uint32_t apic_id) {
  ++cpus[apic_id].nmis;
}
std::uint32_t harmless_interrupts(std::uint32_t apic_id) {
  return read_once(cpus[apic_id].harmless);
}
std::uint32_t nmis(std::uint32_t apic_id) {
  return read_once(cpus[apic_id].nmis);
}

}  // namespace unpark::guest::os
