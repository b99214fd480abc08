// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "devices/types.h"

// Every guest address, port and interrupt of the machine. They are ABI: docs/memory-map.md prints
// the same table, a golden test pins them, and changing one is a changelog entry.
namespace unpark::q35 {

inline constexpr std::uint64_t kMiB = 1 << 20;
inline constexpr std::uint64_t kGiB = 1 << 30;

// Guest-physical addresses.
inline constexpr Gpa kSmbaseSmram{0x3'0000};  // default SMBASE; 128 KiB
inline constexpr std::uint64_t kSmbaseSmramSize = 0x2'0000;
inline constexpr Gpa kCompatibleSmram{0xa'0000};     // legacy VGA window; 128 KiB
inline constexpr Gpa kPamStart{0xc'0000};            // twelve 16 KiB segments, then F0000-FFFFF
inline constexpr Gpa kBiosAlias{0xe'0000};           // last 128 KiB of the flash
inline constexpr Gpa kLowRamLimit{0xb000'0000};      // low RAM ends here at the latest
inline constexpr Gpa kLowRamWhenSplit{0x8000'0000};  // where it ends if there is more
inline constexpr Gpa kEcam{0xb000'0000};             // 256 MiB
inline constexpr std::uint64_t kEcamSize = 0x1000'0000;
inline constexpr Gpa kIoApic{0xfec0'0000};  // in the kernel
inline constexpr Gpa kRcrb{0xfed1'c000};    // 16 KiB
inline constexpr std::uint64_t kRcrbSize = 0x4000;
inline constexpr Gpa kLocalApic{0xfee0'0000};  // in the kernel
inline constexpr Gpa kTssPages{0xfeff'd000};   // three pages and one, for KVM on Intel CPUs
inline constexpr Gpa kIdentityMapPage{0xfeff'c000};
inline constexpr Gpa kFlashEnd{0x1'0000'0000};  // flash ends here
inline constexpr Gpa kHighRam{0x1'0000'0000};

// Flash at most 8 MiB: below it lie the APICs' and KVM's own pages.
inline constexpr std::uint64_t kMaxFlash = 8 * kMiB;

// Ports.
inline constexpr Port kKeyboardData{0x60};     // 1
inline constexpr Port kKeyboardCommand{0x64};  // 1
inline constexpr Port kRtc{0x70};              // 0x70-0x71
inline constexpr Port kPort92{0x92};
inline constexpr Port kApm{0xb2};            // 0xB2-0xB3
inline constexpr Port kCom1{0x3f8};          // 8
inline constexpr Port kDebugConsole{0x402};  // 1
inline constexpr Port kPvpanic{0x505};
inline constexpr Port kFwCfg{0x510};    // 12
inline constexpr Port kPmBase{0x600};   // 0x80
inline constexpr Port kPciHost{0xcf8};  // 8; 0xCF9 is the reset control register

// Interrupts.
inline constexpr Gsi kCom1Gsi{4};
inline constexpr Gsi kRtcGsi{8};
inline constexpr Gsi kSciGsi{9};

// SMBASE of a CPU after reset, SDM vol. 3 34.11.
inline constexpr std::uint64_t kResetSmbase = 0x3'0000;

}  // namespace unpark::q35
