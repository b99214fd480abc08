// SPDX-License-Identifier: Apache-2.0
#include "guest/os/crowd.h"

#include "guest/chips/pm_timer.h"
#include "guest/firmware/machine.h"
#include "guest/os/os_cpus.h"

namespace unpark::guest::os {

constinit Crowd crowd{};

void Crowd::gather() {
  ids[count++] = machine.boot_cpu;
  for (std::uint32_t slot = 0; slot < machine.possible; ++slot) {
    const std::uint32_t id = machine.apic_id_of_slot[slot];
    if (id != machine.boot_cpu && online(id)) ids[count++] = id;
  }
}

void Crowd::remember_stays() {
  for (std::uint32_t i = 0; i < count; ++i)
    entered[i] = read_once(smm_report.stays[ids[i]].entered);
}

bool Crowd::stayed_again(std::uint32_t index) const {
  const SmmStay& stay = smm_report.stays[ids[index]];
  const std::uint64_t came = read_once(stay.entered);
  return came != entered[index] && read_once(stay.left) >= came;
}

bool Crowd::everybody_has_left() const {
  for (std::uint32_t i = 0; i < count; ++i)
    if (!wait_until(kStayUs, [&] { return stayed_again(i); })) return false;
  return true;
}

}  // namespace unpark::guest::os
