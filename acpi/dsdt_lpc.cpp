// SPDX-License-Identifier: Apache-2.0
#include "acpi/dsdt_lpc.h"

#include "acpi/aml.h"
#include "acpi/fixed_hardware.h"
#include "devices/apm_spec.h"
#include "devices/debug_console_spec.h"
#include "devices/fw_cfg_spec.h"
#include "devices/keyboard_controller_spec.h"
#include "devices/lpc_spec.h"
#include "devices/pm_spec.h"
#include "devices/port92_spec.h"
#include "devices/pvpanic_spec.h"
#include "devices/uart_spec.h"

namespace unpark::acpi {
namespace {

using namespace aml;

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
                      resource_template({io(spec::uart::kCom1, spec::uart::kPorts),
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

// Device (PANC) { Name (_HID, "QEMU0001")  Name (_CRS, ResourceTemplate () { IO (..., 0x0505, ...)
// }) }
Term panic_port() {
  return device(
      "PANC"_seg,
      {name("_HID"_seg, string("QEMU0001")),
       name("_CRS"_seg, resource_template({io(spec::pvpanic::kPort, spec::pvpanic::kSize)}))});
}

// Device (LRES) { Name (_HID, EisaId ("PNP0C02"))  Name (_UID, One)  Name (_CRS, ...) }
Term own_ports() {
  using namespace spec;
  return device(
      "LRES"_seg,
      {name("_HID"_seg, "PNP0C02"_eisa), name("_UID"_seg, integer(1)),
       name("_CRS"_seg, resource_template(
                            {io(keyboard_controller::kCommandPort, keyboard_controller::kPortSize),
                             io(port92::kPort, 1), io(apm::kPort, apm::kSize),
                             io(debug_console::kPort, debug_console::kSize),
                             io(fw_cfg::kBase, fw_cfg::kPorts), io(pm::kBase, pm::kSize)}))});
}

}  // namespace

// Device (LPC_) { Name (_ADR, 0x001F0000) ... }
Term lpc_bridge() {
  return device("LPC_"_seg, {name("_ADR"_seg, integer(std::uint64_t{spec::lpc::kDevice} << 16)),
                             com1(), clock(), panic_port(), own_ports()});
}

}  // namespace unpark::acpi
