// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

// What a CPU does while others measure, with its interrupts off: SMIs come all the same. Each loop
// ends when `*word` is no longer `go_on`, and has a PAUSE: an emulator that runs one CPU at a time
// lets the next one run there.
namespace unpark::guest::os {

// Lets ring 3 read the lowest 2 MiB, where code and data of the OS are. Once, by the boot CPU,
// before the first loop_in_user_mode().
void open_memory_to_user_mode();

// A loop of three instructions in ring 3: no exit but what a hypervisor makes of PAUSE (AMD's PAUSE
// filter is heard in ring 3 too).
void loop_in_user_mode(const std::uint32_t* word, std::uint32_t go_on);

// Reads port 92h all the time: an exit to the VMM each time, on every machine of this kind.
void loop_on_port(const std::uint32_t* word, std::uint32_t go_on);

}  // namespace unpark::guest::os
