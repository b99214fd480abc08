// SPDX-License-Identifier: Apache-2.0
#include "guest/os/host_smis.h"

#include "guest/body/report.h"
#include "guest/chips/cpu.h"
#include "guest/chips/serial.h"
#include "guest/firmware/machine.h"
#include "guest/os/crowd.h"

namespace unpark::guest::os {

namespace {

// As for a hot-add: an empty line right after the TSC was read, so that whoever notes when it
// arrives can tell when the SMI was taken.
void tell(bool all_came) {
  std::uint64_t last = 0;
  for (std::uint32_t i = 0; i < crowd.count; ++i) {
    const std::uint64_t entered = read_once(smm_report.stays[crowd.ids[i]].entered);
    if (entered > last) last = entered;
  }
  const std::uint64_t now = read_tsc();
  write_serial("\n");
  Report("host-smi").dec("now", now).dec("entered", all_came ? last : 0).say("CLOCK");
}

}  // namespace

void tell_host_smis(std::uint32_t count) {
  crowd.remember_stays();
  Report("host-smis").dec("count", count).say("CLOCK");
  for (std::uint32_t i = 0; i < count; ++i) {
    // Without a limit: who orders them is not in this machine. Not in HLT: an SMI ends it only for
    // the time that it takes.
    while (!crowd.stayed_again(0)) pause();
    const bool all_came = crowd.everybody_has_left();
    // Before it is told: the next one may come as soon as it is.
    crowd.remember_stays();
    tell(all_came);
  }
}

}  // namespace unpark::guest::os
