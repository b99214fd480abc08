// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "devices/rtc_time.h"

namespace unpark {

// RAM below and above 4 GiB, bytes. Must agree with etc/e820: OVMF places TSEG by these bytes.
struct CmosMemory {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

// CMOS as firmware expects it from a machine with that much memory, the checksum of the PC/AT
// included; everything else zero. A size that does not fit its bytes is shown as the largest that
// does.
CmosBytes cmos_for_memory(CmosMemory memory);

}  // namespace unpark
