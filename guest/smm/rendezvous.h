// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "guest/smm/seat.h"
#include "guest/smm/smm_config.h"

// Who is in SMM. One monarch, the boot CPU of the firmware phase (by the SMBASE at which it enters:
// a hostile OS can write IA32_APIC_BASE and the ID of a local APIC); everybody else follows it out.
//
// A CPU that does not come is sent an SMI of its own. If it still does not come it may be waiting
// for a SIPI, and then takes the SMI before its next instruction; but it may as well be running
// with SMIs held off (AMD64 APM volume 2, 15.17: GIF), and look on. So a session to which somebody
// did not come touches no controller: what is pending stays so, and the next SMI finds it.
namespace unpark::guest::smm {

SmmReport& report();
Seat& seat_of(std::uint32_t apic_id);

// A follower's stay from where smm/smm_entry.S has left it: its seat is taken.
void follow(std::uint32_t apic_id);
// True: everybody is here, and stays. False: a CPU, named in `missing`, did not come even for an
// SMI of its own.
bool gather(std::uint32_t& missing);
// Everybody leaves; returns when they have.
void release_all();

}  // namespace unpark::guest::smm
