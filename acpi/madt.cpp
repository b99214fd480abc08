// SPDX-License-Identifier: Apache-2.0
#include "acpi/madt.h"

#include "acpi/fixed_hardware.h"
#include "acpi/madt_entry.h"
#include "acpi/table.h"

namespace unpark::acpi {
namespace {

// 5 is the first in which "online capable" exists (ACPI 6.3).
constexpr std::uint8_t kRevision = 5;
constexpr std::uint32_t kPcatCompat = 1u << 0;

// An 8-bit ID of 255 is the broadcast: such CPUs need the wide entry.
constexpr std::uint32_t kFirstX2ApicId = 255;
constexpr std::uint8_t kEveryUid = 0xff;
constexpr std::uint32_t kEveryX2Uid = 0xffffffff;
constexpr std::uint8_t kLint1 = 1;

}  // namespace

Bytes madt_cpu(std::uint32_t apic_id, CpuState state) {
  const auto flags = static_cast<std::uint32_t>(state);
  if (apic_id < kFirstX2ApicId) {
    const auto id = static_cast<std::uint8_t>(apic_id);
    return as_bytes(
        LocalApicEntry{MadtEntryType::kLocalApic, sizeof(LocalApicEntry), id, id, flags});
  }
  return as_bytes(LocalX2ApicEntry{MadtEntryType::kLocalX2Apic, sizeof(LocalX2ApicEntry), 0,
                                   apic_id, flags, apic_id});
}

Bytes madt(const AcpiConfig& config) {
  TableBuilder table("APIC", kRevision);
  table.append(MadtBody{kLocalApicBase, kPcatCompat});
  for (std::uint32_t slot = 0; slot < config.possible_cpus; ++slot) {
    table.append_bytes(
        madt_cpu(slot, config.is_present(slot) ? CpuState::kEnabled : CpuState::kOnlineCapable));
  }
  table.append(
      IoApicEntry{MadtEntryType::kIoApic, sizeof(IoApicEntry), kIoApicId, 0, kIoApicBase, 0});
  // The PIT's IRQ 0 comes in on input 2, where a PC's I/O APIC has it. The SCI is a level line.
  table.append(InterruptOverrideEntry{MadtEntryType::kInterruptOverride,
                                      sizeof(InterruptOverrideEntry), 0, 0, 2,
                                      MpsIntiFlags::kBusDefault});
  table.append(InterruptOverrideEntry{
      MadtEntryType::kInterruptOverride, sizeof(InterruptOverrideEntry), 0,
      static_cast<std::uint8_t>(kSciGsi), kSciGsi, MpsIntiFlags::kLevelActiveHigh});
  table.append(LocalApicNmiEntry{MadtEntryType::kLocalApicNmi, sizeof(LocalApicNmiEntry), kEveryUid,
                                 MpsIntiFlags::kBusDefault, kLint1});
  if (config.possible_cpus > kFirstX2ApicId) {
    table.append(LocalX2ApicNmiEntry{MadtEntryType::kLocalX2ApicNmi,
                                     sizeof(LocalX2ApicNmiEntry),
                                     MpsIntiFlags::kBusDefault,
                                     kEveryX2Uid,
                                     kLint1,
                                     {}});
  }
  return table.finish();
}

}  // namespace unpark::acpi
