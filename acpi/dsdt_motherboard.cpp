// SPDX-License-Identifier: Apache-2.0
#include "acpi/dsdt_motherboard.h"

#include "acpi/aml.h"
#include "acpi/fixed_hardware.h"
#include "devices/hotplug_spec.h"
#include "devices/lpc_spec.h"
#include "devices/pci_spec.h"
#include "devices/step_port_spec.h"

namespace unpark::acpi {

using namespace aml;

// Device (MRES) {
//   Name (_HID, EisaId ("PNP0C02"))
//   Name (_UID, Zero)
//   Name (_CRS, ResourceTemplate () { IO (...) ... Memory32Fixed (...) ... }) }
// What lies below 0xCD8 is the LPC bridge's (dsdt_lpc.cpp). 0xCF8-0xCFF, with the reset control at
// 0xCF9, belong to the PCI root.
Term motherboard_resources() {
  using namespace spec;
  return device(
      "MRES"_seg,
      {name("_HID"_seg, "PNP0C02"_eisa), name("_UID"_seg, integer(0)),
       name("_CRS"_seg,
            resource_template({
                io(hotplug::kControlWindow, hotplug::kWindowSize),
                io(hotplug::kOsWindow, hotplug::kWindowSize),
                io(step_port::kPort, step_port::kSize),
                memory32_fixed(Writable::kReadWrite, static_cast<std::uint32_t>(pci::kEcamBase),
                               static_cast<std::uint32_t>(pci::kEcamSize)),
                memory32_fixed(Writable::kReadWrite, lpc::rcba::kHonoured, lpc::rcba::kSize),
                memory32_fixed(Writable::kReadOnly, kFlash, kFlashSize),
            }))});
}

}  // namespace unpark::acpi
