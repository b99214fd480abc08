// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string_view>

#include "guest/body/interrupts.h"
#include "guest/body/report.h"
#include "guest/chips/cpu.h"
#include "guest/chips/lapic.h"
#include "guest/chips/pm_timer.h"
#include "guest/firmware/machine.h"
#include "guest/os/attack.h"
#include "guest/os/os_cpus.h"

extern "C" {
extern const std::uint8_t attack_start_begin[] __attribute__((visibility("hidden")));
extern const std::uint8_t attack_start_end[] __attribute__((visibility("hidden")));
}

namespace unpark::guest::os {

namespace {

using lapic::Mode;

struct Kind {
  Mode mode;
  std::uint8_t vector;
  std::string_view check;
};
constexpr auto kAttackPage = static_cast<std::uint8_t>(GUEST_ATTACK_PAGE >> 12);
// INIT and SIPI last, together: they take the other online CPUs with them, and no SMI may come
// before those are back (a CPU that waits for SIPI misses the rendezvous).
constexpr std::array kKinds = {
    Kind{Mode::kFixed, kHarmlessVector, "parked-ignores-fixed"},
    Kind{Mode::kNmi, 0, "parked-ignores-nmi"},
    Kind{Mode::kSmi, 0, "parked-ignores-smi"},
    Kind{Mode::kInit, 0, "parked-ignores-init"},
    Kind{Mode::kStartUp, kAttackPage, "parked-ignores-sipi"},
};
constexpr std::uint32_t kSettleUs = 1'000;
// A follower leaves SMM by itself after 50 ms when no monarch comes (smm/rendezvous.cpp).
constexpr std::uint32_t kSettleSmiUs = 100'000;

struct Outcome {
  std::uint8_t directed, broadcast;  // messages sent
  bool moved;                        // it ran after one of them
};
constinit std::array<std::array<Outcome, kKinds.size()>, GUEST_MAX_CPUS> outcomes{};
constinit std::array<bool, GUEST_MAX_CPUS> attacked{};

std::uint8_t& moved(std::uint32_t apic_id) {
  return memory<std::uint8_t>(GUEST_ATTACK_PAGE + GUEST_ATTACK_MOVED + apic_id);
}

void set_trap() {
  const auto page = std::uintptr_t{GUEST_ATTACK_PAGE};
  const auto size = static_cast<std::size_t>(attack_start_end - attack_start_begin);
  __builtin_memset(reinterpret_cast<void*>(page), 0, 0x1000);
  __builtin_memcpy(reinterpret_cast<void*>(page), attack_start_begin, size);
  __builtin_memcpy(reinterpret_cast<void*>(page + GUEST_ATTACK_NMI), attack_start_begin, size);
  // Real-mode vectors, segment:offset. What stays pending shows when the CPU starts, in real mode.
  constexpr std::uint32_t kVector = std::uint32_t{GUEST_ATTACK_PAGE >> 4} << 16 | GUEST_ATTACK_NMI;
  memory(kNmiVector * 4u) = kVector;
  memory(kHarmlessVector * 4u) = kVector;
}

template <class Action>
void for_each_parked(Action action) {
  for (std::uint32_t slot = 0; slot < machine.possible; ++slot) {
    const std::uint32_t id = machine.apic_id_of_slot[slot];
    if (attacked[id]) action(id);
  }
}

void note(std::size_t kind, bool broadcast) {
  for_each_parked([&](std::uint32_t id) {
    Outcome& o = outcomes[id][kind];
    std::uint8_t& sent = broadcast ? o.broadcast : o.directed;
    ++sent;
    if (read_once(moved(id)) == 0) return;
    o.moved = true;
    write_once(moved(id), std::uint8_t{0});
  });
}

void restart_others(const std::array<bool, GUEST_MAX_CPUS>& were_online) {
  std::uint32_t wanted = 0;
  std::uint32_t back = 0;
  for (std::uint32_t id = 0; id < GUEST_MAX_CPUS; ++id) {
    if (!were_online[id]) continue;
    ++wanted;
    if (bring_up(id)) ++back;
    write_once(moved(id), std::uint8_t{0});  // they were meant to
  }
  if (wanted != 0)
    Report("other-cpus-restarted").dec("cpus", wanted).dec("back", back).verdict(back == wanted);
}

}  // namespace

void attack_parked_cpus() {
  set_trap();
  attacked = {};
  std::array<bool, GUEST_MAX_CPUS> others{};
  for (std::uint32_t slot = 0; slot < machine.possible; ++slot) {
    const std::uint32_t id = machine.apic_id_of_slot[slot];
    attacked[id] = !online(id);
    others[id] = online(id) && id != machine.boot_cpu;
    outcomes[id] = {};
  }
  for (std::size_t k = 0; k < kKinds.size(); ++k) {
    for_each_parked([&](std::uint32_t id) { lapic::send(id, kKinds[k].mode, kKinds[k].vector); });
    delay_microseconds(kSettleUs);
    note(k, false);
  }
  const bool alone = online_count() == 1;
  for (std::size_t k = 0; k < kKinds.size(); ++k) {
    lapic::send_to_others(kKinds[k].mode, kKinds[k].vector);
    delay_microseconds(kKinds[k].mode == Mode::kSmi && !alone ? kSettleSmiUs : kSettleUs);
    note(k, true);
  }
  restart_others(others);
}

void report_attack_on(std::uint32_t apic_id, bool early_smi) {
  if (!attacked[apic_id]) return;
  attacked[apic_id] = false;
  // Whatever was latched while it was parked came out when it was started.
  const bool late =
      read_once(moved(apic_id)) != 0 || nmis(apic_id) != 0 || harmless_interrupts(apic_id) != 0;
  for (std::size_t k = 0; k < kKinds.size(); ++k) {
    const Outcome& o = outcomes[apic_id][k];
    const bool latched = kKinds[k].mode == Mode::kSmi ? early_smi : late;
    Report(kKinds[k].check)
        .dec("cpu", apic_id)
        .dec("directed", o.directed)
        .dec("broadcast", o.broadcast)
        .dec("moved", o.moved ? 1 : 0)
        .dec("latched", latched ? 1 : 0)
        .verdict(o.directed != 0 && o.broadcast != 0 && !o.moved && !latched);
  }
}

}  // namespace unpark::guest::os
