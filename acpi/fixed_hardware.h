// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

// What the tables tell the OS about the machine and no chip's own header says: interrupt inputs,
// address windows, the parts that KVM emulates. vmm/q35_map.h must agree.
namespace unpark::acpi {

inline constexpr std::uint16_t kSciGsi = 9;
inline constexpr std::uint32_t kCom1Gsi = 4;
inline constexpr std::uint32_t kRtcGsi = 8;

inline constexpr std::uint16_t kCmos = 0x0070;  // index; data follows
inline constexpr std::uint16_t kCmosPorts = 2;
inline constexpr std::uint8_t kCmosCentury = 0x32;  // register of the CMOS

inline constexpr std::uint32_t kIoApicBase = 0xfec00000;
inline constexpr std::uint8_t kIoApicId = 0;
inline constexpr std::uint32_t kLocalApicBase = 0xfee00000;

// The most that a flash image may take, up to 4 GiB.
inline constexpr std::uint32_t kFlash = 0xff800000;
inline constexpr std::uint32_t kFlashSize = 0x00800000;

// I/O behind the PCI root. OVMF puts BARs into 0x6000-0xFFFF. The lower range is the LPC bridge's,
// whose chips and power management block it holds; it ends before the hotplug controller, which is
// on no bus.
inline constexpr std::uint16_t kLpcIoFirst = 0x0000;
inline constexpr std::uint16_t kLpcIoLast = 0x0cd7;
inline constexpr std::uint16_t kPciIoFirst = 0x6000;
inline constexpr std::uint16_t kPciIoLast = 0xffff;
inline constexpr std::uint8_t kLastBus = 255;  // as many as ECAM has room for

// PIRQ[A-H]# of the ICH9 are the I/O APIC's inputs 16 to 23 (datasheet, 5.9.4).
inline constexpr std::uint32_t kFirstPirqGsi = 16;
inline constexpr std::uint32_t kPirqs = 8;

// The input of the I/O APIC that pin (0 = INTA#) of a device on bus 0 raises.
constexpr std::uint32_t pci_pin_gsi(std::uint32_t device, std::uint32_t pin) {
  return kFirstPirqGsi + (device + pin) % kPirqs;
}

}  // namespace unpark::acpi
