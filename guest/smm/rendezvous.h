// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "guest/smm/smm_config.h"

// Who is in SMM. One monarch, the boot CPU of the firmware phase (by APIC ID: a hostile OS can
// write IA32_APIC_BASE); everybody else follows it out.
//
// A CPU that does not come is sent an SMI of its own. If it still does not come it is not
// executing: it waits for a SIPI (an OS may be starting it just now, or hold it there), or its host
// has no time for it. Whatever wakes it, the pending SMI is taken before its next instruction, so
// that nobody outside SMM looks on while the monarch works: a missing CPU delays a session, but
// stops none.
namespace unpark::guest::smm {

enum class CpuState : std::uint32_t {
  kOutside,
  kWaiting,   // in SMM, until the monarch says so
  kReleased,  // may leave
  kDoomed,    // to be ejected: stays
  kHalted,    // stays, in HLT
};

extern constinit SmmConfig config;

SmmReport& report();
CpuState state_of(std::uint32_t apic_id);
void set_state(std::uint32_t apic_id, CpuState state);

// A follower's whole stay.
void follow(std::uint32_t apic_id);
// False: a CPU, named in `missing`, did not come even for an SMI of its own.
bool gather(std::uint32_t& missing);
// Everybody leaves; returns when they have.
void release_all();
// A CPU that is in SMM although nobody waits for it there leaves again.
void release_stray(std::uint32_t apic_id);

}  // namespace unpark::guest::smm
