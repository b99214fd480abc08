// SPDX-License-Identifier: Apache-2.0
#include "acpi/dsdt_lpc.h"

#include "acpi/aml.h"
#include "acpi/fixed_hardware.h"

namespace unpark::acpi {
namespace {

using namespace aml;

constexpr std::uint8_t kUartPorts = 8;
constexpr std::uint8_t kCmosPorts = 2;
constexpr std::uint16_t kPortA = 0x0092;  // A20 gate
constexpr std::uint16_t kResetPort = 0x0064;

// Device (COM1) {
//   Name (_HID, EisaId ("PNP0501"))
//   Name (_UID, One)
//   Name (_CRS, ResourceTemplate () {
//     IO (Decode16, 0x03F8, 0x03F8, 1, 8)
//     Interrupt (ResourceConsumer, Edge, ActiveHigh, Exclusive) { 4 } }) }
Term com1() {
  return device("COM1"_seg,
                {name("_HID"_seg, "PNP0501"_eisa), name("_UID"_seg, integer(1)),
                 name("_CRS"_seg,
                      resource_template({io(kCom1, kUartPorts),
                                         interrupt(kCom1Gsi, Trigger::kEdge, Polarity::kActiveHigh,
                                                   Sharing::kExclusive)}))});
}

// Device (RTC_) {
//   Name (_HID, EisaId ("PNP0B00"))
//   Name (_CRS, ResourceTemplate () {
//     IO (Decode16, 0x0070, 0x0070, 1, 2)
//     Interrupt (ResourceConsumer, Edge, ActiveHigh, Exclusive) { 8 } }) }
Term clock() {
  return device(
      "RTC_"_seg,
      {name("_HID"_seg, "PNP0B00"_eisa),
       name("_CRS"_seg, resource_template({io(kCmos, kCmosPorts),
                                           interrupt(kRtcGsi, Trigger::kEdge, Polarity::kActiveHigh,
                                                     Sharing::kExclusive)}))});
}

// Device (LRES) { Name (_HID, EisaId ("PNP0C02"))  Name (_UID, One)  Name (_CRS, ...) }
Term own_ports() {
  return device("LRES"_seg, {name("_HID"_seg, "PNP0C02"_eisa), name("_UID"_seg, integer(1)),
                             name("_CRS"_seg, resource_template({io(kResetPort, 1), io(kPortA, 1),
                                                                 io(kApmControl, kApmPorts)}))});
}

}  // namespace

// Device (LPC_) { Name (_ADR, 0x001F0000) ... }
Term lpc_bridge() {
  return device("LPC_"_seg, {name("_ADR"_seg, integer(std::uint64_t{kLpcDevice} << 16)), com1(),
                             clock(), own_ports()});
}

}  // namespace unpark::acpi
