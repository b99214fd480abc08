// SPDX-License-Identifier: Apache-2.0
#include "acpi/dsdt.h"

#include "acpi/aml.h"
#include "acpi/dsdt_cpus.h"
#include "acpi/dsdt_motherboard.h"
#include "acpi/dsdt_pci.h"
#include "acpi/table.h"
#include "devices/pm_spec.h"
#include "devices/smi_features_spec.h"

namespace unpark::acpi {
namespace {

using namespace aml;

constexpr std::uint8_t kRevision = 2;  // integers have 64 bits

// Name (\_S5, Package (4) { SLP_TYPa, SLP_TYPb, 0, 0 })
// There is no \_S3: firmware would have to keep SMRAM through it.
Term soft_off() {
  return name("\\_S5_"_name, package({integer(spec::pm::kSleepTypeS5),
                                      integer(spec::pm::kSleepTypeS5), integer(0), integer(0)}));
}

// Scope (\_GPE) { Method (_E02) { \_SB.CPUS.CSCN () } }
Term cpu_event() {
  return scope("\\_GPE"_name, {method("_E02"_seg, 0, Serialize::kNotSerialized,
                                      {call("\\_SB_.CPUS.CSCN"_name, {})})});
}

}  // namespace

DsdtOptions dsdt_options(const AcpiConfig& config) {
  using namespace spec::smi_features;
  return {
      .possible_cpus = config.possible_cpus,
      .smi_hotplug = (config.smi_features & kCpuHotplug) != 0,
      .smi_unplug = (config.smi_features & kCpuHotUnplug) != 0,
      .mmio32 = config.mmio32,
      .mmio64 = config.mmio64,
  };
}

Bytes dsdt(const DsdtOptions& options) {
  Terms terms{
      soft_off(),
      scope("\\_SB_"_name, {pci_root(options.mmio32, options.mmio64), motherboard_resources(),
                            cpus(options.possible_cpus, options.smi_hotplug, options.smi_unplug)}),
  };
  if (options.smi_hotplug) terms.push_back(cpu_event());
  return TableBuilder("DSDT", kRevision).append_bytes(sequence(terms).bytes).finish();
}

}  // namespace unpark::acpi
