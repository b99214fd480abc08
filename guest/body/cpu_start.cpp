// SPDX-License-Identifier: Apache-2.0
#include "guest/body/cpu_start.h"

#include "guest/chips/cpu.h"
#include "guest/chips/lapic.h"
#include "guest/chips/pm_timer.h"
#include "guest/layout.h"

extern "C" {
extern const std::uint8_t ap_start_begin[] __attribute__((visibility("hidden")));
extern const std::uint8_t ap_start_end[] __attribute__((visibility("hidden")));
}

namespace unpark::guest {

namespace {

using lapic::Mode;

constexpr auto kStartPage = static_cast<std::uint8_t>(GUEST_AP_PAGE >> 12);
constexpr std::uint32_t kAfterInitUs = 200;  // 10 ms were for the 82489DX
constexpr std::uint32_t kBetweenSipisUs = 200;

template <class Send>
void init_sipi_sipi(Send send) {
  send(Mode::kInit, std::uint8_t{0});
  delay_microseconds(kAfterInitUs);
  send(Mode::kStartUp, kStartPage);
  delay_microseconds(kBetweenSipisUs);
  send(Mode::kStartUp, kStartPage);
}

}  // namespace

void prepare_cpu_start(CpuFunction function) {
  __builtin_memcpy(reinterpret_cast<void*>(std::uintptr_t{GUEST_AP_PAGE}), ap_start_begin,
                   static_cast<std::size_t>(ap_start_end - ap_start_begin));
  write_once(memory<std::uint64_t>(GUEST_AP_PAGE + GUEST_AP_ENTRY),
             std::uint64_t{reinterpret_cast<std::uintptr_t>(function)});
}

void start_cpu(std::uint32_t apic_id) {
  init_sipi_sipi([&](Mode mode, std::uint8_t vector) { lapic::send(apic_id, mode, vector); });
}

void start_other_cpus() {
  init_sipi_sipi([](Mode mode, std::uint8_t vector) { lapic::send_to_others(mode, vector); });
}

}  // namespace unpark::guest
