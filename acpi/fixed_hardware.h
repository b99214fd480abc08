// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

// Where the machine's chips sit, as far as the tables tell the OS. The wiring file of vmm/ must
// agree.
namespace unpark::acpi {

// ICH9 power management, ACPI 6.5, 4.8: offsets within PMBASE are the ICH9 datasheet's (13.8.3).
inline constexpr std::uint16_t kPmBase = 0x0600;
inline constexpr std::uint16_t kPmSize = 0x80;
inline constexpr std::uint16_t kPm1EventBlock = kPmBase + 0x00;
inline constexpr std::uint8_t kPm1EventLength = 4;
inline constexpr std::uint16_t kPm1ControlBlock = kPmBase + 0x04;
inline constexpr std::uint8_t kPm1ControlLength = 2;
inline constexpr std::uint16_t kPmTimer = kPmBase + 0x08;
inline constexpr std::uint8_t kPmTimerLength = 4;
inline constexpr std::uint16_t kGpe0Block = kPmBase + 0x20;
inline constexpr std::uint8_t kGpe0Length = 16;
inline constexpr std::uint8_t kSleepTypeS5 = 0;  // SLP_TYP of PM1_CNT that powers the machine off
inline constexpr std::uint16_t kSciGsi = 9;

// Software SMI: ICH9 datasheet, 13.7.
inline constexpr std::uint16_t kApmControl = 0x00b2;
inline constexpr std::uint16_t kApmPorts = 2;  // 0xB2 control, 0xB3 scratch
inline constexpr std::uint8_t kApmAcpiEnable = 0x02;
inline constexpr std::uint8_t kApmAcpiDisable = 0x03;

inline constexpr std::uint16_t kResetControl = 0x0cf9;
inline constexpr std::uint8_t kFullReset = 0x0f;  // bit 2 resets, bits 1 and 3 ask for everything

inline constexpr std::uint16_t kCom1 = 0x03f8;
inline constexpr std::uint32_t kCom1Gsi = 4;
inline constexpr std::uint16_t kCmos = 0x0070;
inline constexpr std::uint32_t kRtcGsi = 8;
inline constexpr std::uint8_t kCmosCentury = 0x32;  // register of the CMOS

inline constexpr std::uint16_t kDebugConsole = 0x0402;
inline constexpr std::uint16_t kFwCfg = 0x0510;
inline constexpr std::uint16_t kFwCfgSize = 12;

inline constexpr std::uint16_t kPciConfigAddress = 0x0cf8;
inline constexpr std::uint16_t kPciConfigSize = 8;
inline constexpr std::uint32_t kEcam = 0xb0000000;
inline constexpr std::uint32_t kEcamSize = 0x10000000;  // buses 0 to 255, 1 MiB each
inline constexpr std::uint8_t kLastBus = 255;
inline constexpr std::uint32_t kLpcDevice = 0x1f;  // 00:1f.0

inline constexpr std::uint32_t kRootComplexBase = 0xfed1c000;  // RCBA
inline constexpr std::uint32_t kRootComplexSize = 0x4000;
inline constexpr std::uint32_t kFlash = 0xffc00000;
inline constexpr std::uint32_t kFlashSize = 0x00400000;

inline constexpr std::uint32_t kIoApicBase = 0xfec00000;
inline constexpr std::uint8_t kIoApicId = 0;
inline constexpr std::uint32_t kLocalApicBase = 0xfee00000;

// I/O behind the PCI root. OVMF puts BARs into 0x6000-0xFFFF. The lower range is the LPC bridge's,
// whose chips and power management block it holds; it ends before the hotplug controller, which is
// on no bus.
inline constexpr std::uint16_t kLpcIoFirst = 0x0000;
inline constexpr std::uint16_t kLpcIoLast = 0x0cd7;
inline constexpr std::uint16_t kPciIoFirst = 0x6000;
inline constexpr std::uint16_t kPciIoLast = 0xffff;

// PIRQ[A-H]# of the ICH9 are the I/O APIC's inputs 16 to 23 (datasheet, 5.9.4).
inline constexpr std::uint32_t kFirstPirqGsi = 16;
inline constexpr std::uint32_t kPirqs = 8;

// The input of the I/O APIC that pin (0 = INTA#) of a device on bus 0 raises.
constexpr std::uint32_t pci_pin_gsi(std::uint32_t device, std::uint32_t pin) {
  return kFirstPirqGsi + (device + pin) % kPirqs;
}

}  // namespace unpark::acpi
