// SPDX-License-Identifier: Apache-2.0
#include "guest/smm/quick_session.h"

#include "devices/apm_spec.h"
#include "devices/hotplug_spec.h"
#include "guest/chips/cpu.h"
#include "guest/smm/rendezvous.h"

namespace unpark::guest::smm {

constinit QuickSession quick_session{};

namespace {

// Less than the time for which a CPU waits alone: C++ finds those still there that have come.
constexpr std::uint64_t kWaitUs = 20'000;
// A yield is an exit: not before the wait has lasted as long as so many. A CPU that the host runs
// comes sooner, and needs this one's host CPU least of all while many come.
constexpr std::uint64_t kSpinExits = 20;

std::uint32_t address_of(const void* p) {
  return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(p));  // TSEG is below 4 GiB
}

std::uint32_t ticks(std::uint64_t cycles) {
  return cycles < 0x7fffffff ? static_cast<std::uint32_t>(cycles) : 0x7fffffff;
}

void describe_work(QuickSession& q) {
  namespace registers = spec::hotplug;
  q.work_mask = 0;
  q.work_value = 1;  // never
  if (!config.hotplug || config.empty_handler) return;
  if (config.explicit_unpark) {
    q.work_port = registers::kControlWindow + registers::kFlags;
    q.work_mask = registers::status::FirmwareWork::with(std::uint8_t{0}, true);
    q.work_value = q.work_mask;
  } else {
    q.work_port = spec::apm::kControlPort;
    q.work_mask = 0xff;
    q.work_value = registers::kApmCpuHotplug;
  }
}

}  // namespace

void prepare_quick_session() {
  QuickSession& q = quick_session;
  q.wait_ticks = ticks(kWaitUs * config.tsc_per_us);
  q.spin_ticks = ticks(kSpinExits * config.exit_cycles);
  q.seats = address_of(config.seats);
  q.monarch = config.monarch;
  q.yield = config.yield;
  q.sessions = address_of(&report().sessions);
  describe_work(q);
  std::size_t count = 0;
  for (std::uint32_t slot = 0; slot < config.possible; ++slot) {
    const std::uint32_t id = config.apic_id_of_slot[slot];
    if (config.known[id] && id != config.monarch) q.followers[count++] = address_of(&seat_of(id));
  }
  q.followers[count] = 0;
  write_once(q.ready, 1u);
}

}  // namespace unpark::guest::smm
