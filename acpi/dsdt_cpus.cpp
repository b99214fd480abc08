// SPDX-License-Identifier: Apache-2.0
#include "acpi/dsdt_cpus.h"

#include "acpi/aml.h"
#include "acpi/dsdt_cpu_methods.h"
#include "acpi/madt.h"

namespace unpark::acpi {
namespace {

using namespace aml;

// Device (C001) {
//   Name (_HID, "ACPI0007")
//   Name (_UID, One)
//   Name (_MAT, Buffer () { the MADT entry, enabled })
//   Method (_STA, 0, Serialized) { Return (CSTA (One)) }
//   Method (_OST, 3, Serialized) { COST (One, Arg0, Arg1) }
//   Method (_EJ0, 1, Serialized) { CEJ0 (One) } }
// _MAT says "enabled" whatever the state: the OS evaluates it for a CPU that _STA shows. CPU 0,
// on which the machine boots, cannot be ejected.
Term cpu(std::uint32_t slot, bool smi_hotplug, bool smi_unplug) {
  const Term uid = integer(slot);
  Terms body{
      name("_HID"_seg, string("ACPI0007")),
      name("_UID"_seg, uid),
      name("_MAT"_seg, buffer(madt_cpu(slot, CpuState::kEnabled))),
      method("_STA"_seg, 0, Serialize::kSerialized, {return_(call(cpu_methods::kStatus, {uid}))}),
  };
  if (smi_hotplug) {
    body.push_back(method("_OST"_seg, 3, Serialize::kSerialized,
                          {call(cpu_methods::kReport, {uid, arg(0), arg(1)})}));
  }
  if (smi_hotplug && smi_unplug && slot != 0) {
    body.push_back(
        method("_EJ0"_seg, 1, Serialize::kSerialized, {call(cpu_methods::kEject, {uid})}));
  }
  return device(cpu_name(slot), body);
}

}  // namespace

NameSeg cpu_name(std::uint32_t slot) {
  return NameSeg::numbered('C', slot);
}

// Device (CPUS) { Name (_HID, "ACPI0010")  Name (_CID, EisaId ("PNP0A05")) ... }
Term cpus(std::uint32_t possible, bool smi_hotplug, bool smi_unplug) {
  Terms body{
      name("_HID"_seg, string("ACPI0010")),
      name("_CID"_seg, "PNP0A05"_eisa),
      cpu_methods::registers(),
      cpu_methods::status(),
  };
  if (smi_hotplug) {
    body.push_back(cpu_methods::firmware_call());
    body.push_back(cpu_methods::notify_cpu(possible));
    body.push_back(cpu_methods::scan(possible, smi_unplug));
    body.push_back(cpu_methods::report());
  }
  if (smi_hotplug && smi_unplug) body.push_back(cpu_methods::eject());
  for (std::uint32_t slot = 0; slot < possible; ++slot) {
    body.push_back(cpu(slot, smi_hotplug, smi_unplug));
  }
  return device("CPUS"_seg, body);
}

}  // namespace unpark::acpi
