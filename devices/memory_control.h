// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <functional>

namespace unpark {

// The state of the memory controller hub that decides who sees which memory. Produced by Mch on
// every change, applied by the machine to KVM's two address spaces.
struct MemoryControl {
  // PAM0[5:4], PAM1[1:0], PAM1[5:4] ... PAM6[5:4]: F0000-FFFFF first, then 16 KiB segments from
  // C0000 up. Bit 0: reads go to RAM, bit 1: writes go to RAM.
  std::array<std::uint8_t, 13> pam{};
  bool pciexbar_enabled = false;  // ECAM answers at pciexbar
  std::uint64_t pciexbar = 0;
  bool compatible_smram = false;     // SMRAM.G_SMRAME: A0000-BFFFF is RAM in SMM
  bool smram_open = false;           // SMRAM.D_OPEN: ... and for everybody
  bool smram_locked = false;         // SMRAM.D_LCK: the firmware phase is over
  bool tseg_enabled = false;         // G_SMRAME and ESMRAMC.T_EN: hidden outside SMM
  std::uint32_t tseg_mib = 0;        // size that ESMRAMC selects; at the top of low RAM
  bool smbase_smram_locked = false;  // 9Ch = 2: 0x30000-0x4FFFF hidden outside SMM

  friend bool operator==(const MemoryControl&, const MemoryControl&) = default;
};

// Called without the chip's lock held, on the writer's thread, before the write completes.
using MemoryControlSink = std::function<void(const MemoryControl&)>;

}  // namespace unpark
