// SPDX-License-Identifier: Apache-2.0
#include "acpi/dsdt_pci.h"

#include "acpi/aml.h"
#include "acpi/dsdt_lpc.h"
#include "acpi/fixed_hardware.h"
#include "devices/pci_spec.h"

namespace unpark::acpi {
namespace {

using namespace aml;

constexpr std::uint32_t kDevices = 32;  // of one bus
constexpr std::uint32_t kPins = 4;

// Name (_PRT, Package () { Package (4) { address, pin, 0, GSI } ... })
// ACPI 6.5, 6.2.13: the source 0 says that the fourth element is an input of an I/O APIC. There is
// no routing for the 8259s: no OS that takes part in CPU hotplug uses them.
Term interrupt_routing() {
  constexpr std::uint32_t kAnyFunction = 0xffff;
  Terms routes;
  for (std::uint32_t number = 1; number < kDevices; ++number) {  // 0 is the host bridge
    for (std::uint32_t pin = 0; pin < kPins; ++pin) {
      routes.push_back(package({integer(number << 16 | kAnyFunction), integer(pin), integer(0),
                                integer(pci_pin_gsi(number, pin))}));
    }
  }
  return name("_PRT"_seg, package(routes));
}

// Name (_CRS, ResourceTemplate () {
//   WordBusNumber (ResourceProducer, MinFixed, MaxFixed, PosDecode, 0, 0, 0xFF, 0, 0x100)
//   IO (Decode16, 0x0CF8, 0x0CF8, 1, 8)
//   WordIO (...)  WordIO (...)  DWordMemory (...)  QWordMemory (...) })
Term windows(const AddressWindow& mmio32, const std::optional<AddressWindow>& mmio64) {
  std::vector<Resource> resources{
      word_bus_number(0, kLastBus),
      io(spec::pci::kConfigAddressPort, spec::pci::kConfigPorts),
      word_io(kLpcIoFirst, kLpcIoLast),
      word_io(kPciIoFirst, kPciIoLast),
      dword_memory(static_cast<std::uint32_t>(mmio32.base),
                   static_cast<std::uint32_t>(mmio32.last())),
  };
  if (mmio64) resources.push_back(qword_memory(mmio64->base, mmio64->last()));
  return name("_CRS"_seg, resource_template(resources));
}

}  // namespace

// Device (PCI0) {
//   Name (_HID, EisaId ("PNP0A08"))   // PCI Express
//   Name (_CID, EisaId ("PNP0A03"))   // or at least PCI
//   Name (_SEG, Zero)  Name (_BBN, Zero)  Name (_UID, Zero)
//   Name (_CRS, ...)  Name (_PRT, ...)  Device (LPC_) {...} }
Term pci_root(const AddressWindow& mmio32, const std::optional<AddressWindow>& mmio64) {
  return device("PCI0"_seg, {name("_HID"_seg, "PNP0A08"_eisa), name("_CID"_seg, "PNP0A03"_eisa),
                             name("_SEG"_seg, integer(0)), name("_BBN"_seg, integer(0)),
                             name("_UID"_seg, integer(0)), windows(mmio32, mmio64),
                             interrupt_routing(), lpc_bridge()});
}

}  // namespace unpark::acpi
