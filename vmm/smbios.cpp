// SPDX-License-Identifier: Apache-2.0
#include "vmm/smbios.h"

#include <algorithm>
#include <numeric>
#include <string_view>

#include "vmm/smbios_memory.h"
#include "vmm/smbios_spec.h"
#include "vmm/smbios_table.h"

namespace unpark {
namespace smbios {
namespace {

// When these tables got their form. Linux takes a machine with a year before 2008 (PCI resources)
// or 2015 (power states of bridges) for an old one.
constexpr std::string_view kReleaseDate = "11/24/2026";

// OVMF adds a type 0 if it gets none: in the releases up to 2022.11 it says version 0.0.0 of
// 2015-02-06 and a ROM of 64 KiB, whatever the image. Ours has the size of the flash.
void add_bios(Table& table, const SmbiosConfig& config) {
  constexpr std::uint64_t kUnit = 0x1'0000;
  constexpr std::uint8_t kNoController = 0xff;
  Strings strings;
  s::BiosInformation bios{};
  bios.vendor = strings.add(kMaker);
  bios.version = strings.add(config.version);
  bios.release_date = strings.add(kReleaseDate);
  bios.rom_size = static_cast<std::uint8_t>(
      std::clamp<std::uint64_t>((config.firmware + kUnit - 1) / kUnit, 1, 0x100) - 1);
  bios.characteristics = s::kPciSupported;
  bios.characteristics2 = {s::kAcpiSupported, s::kUefiSupported | s::kVirtualMachine};
  // FFh: there is no release number besides the text.
  bios.major_release = bios.minor_release = 0xff;
  bios.controller_major = bios.controller_minor = kNoController;
  table.add(kBios, bios, strings);
}

void add_system(Table& table, const SmbiosConfig& config) {
  Strings strings;
  s::SystemInformation system{};
  system.manufacturer = strings.add(kMaker);
  system.product = strings.add("Q35 machine");
  system.version = strings.add(config.version);
  system.uuid = config.uuid;
  // time_low, time_mid and time_hi_and_version are numbers, and numbers are little-endian.
  const auto first = system.uuid.begin();
  std::reverse(first, first + 4);
  std::reverse(first + 4, first + 6);
  std::reverse(first + 6, first + 8);
  system.wake_up = s::kPowerSwitch;
  table.add(kSystem, system, strings);
}

void add_enclosure(Table& table, const SmbiosConfig& config) {
  Strings strings;
  s::Enclosure enclosure{};
  enclosure.manufacturer = strings.add(kMaker);
  enclosure.kind = s::kOtherEnclosure;
  enclosure.version = strings.add(config.version);
  enclosure.boot_up_state = enclosure.power_supply_state = enclosure.thermal_state = s::kStateSafe;
  enclosure.security_status = s::kSecurityUnknown;
  table.add(kEnclosure, enclosure, strings);
}

// One package of possible_cpus cores, as CPUID has it (vmm/cpuid.h). Who made the CPU and what it
// can do is CPUID's to say: the ID stays 0.
void add_processor(Table& table, const SmbiosConfig& config) {
  const auto wide = [](std::uint32_t n) {
    return static_cast<std::uint16_t>(std::min<std::uint32_t>(n, s::kMostCores));
  };
  const auto narrow = [](std::uint32_t n) {
    return static_cast<std::uint8_t>(std::min<std::uint32_t>(n, 0xff));
  };
  Strings strings;
  s::Processor cpu{};
  cpu.socket = strings.add("CPU 0");
  cpu.kind = s::kCentralProcessor;
  cpu.family = s::kOtherFamily;
  cpu.family2 = s::kOtherFamily;
  cpu.manufacturer = strings.add(kMaker);
  cpu.version = strings.add("KVM vCPU");
  cpu.status = s::kSocketPopulated | s::kProcessorEnabled;
  cpu.upgrade = s::kOtherUpgrade;
  cpu.l1_cache = cpu.l2_cache = cpu.l3_cache = s::kNoCache;
  cpu.cores = cpu.threads = narrow(config.possible_cpus);
  cpu.cores2 = cpu.threads2 = wide(config.possible_cpus);
  cpu.cores_enabled = narrow(config.present_cpus);
  cpu.cores_enabled2 = wide(config.present_cpus);
  cpu.characteristics = s::k64Bit | s::kExecuteProtection;
  if (config.possible_cpus > 1) cpu.characteristics |= s::kMultiCore;
  table.add(kProcessor, cpu, strings);
}

std::vector<std::byte> anchor_for(const std::vector<std::byte>& tables) {
  const s::EntryPoint entry{.anchor = {'_', 'S', 'M', '3', '_'},
                            .length = sizeof(s::EntryPoint),
                            .major = 3,
                            .minor = 0,
                            .revision = 1,
                            .table_size = static_cast<std::uint32_t>(tables.size())};
  std::vector<std::byte> out;
  append(out, entry);
  const auto sum = std::accumulate(out.begin(), out.end(), 0u, [](unsigned so_far, std::byte b) {
    return so_far + std::to_integer<unsigned>(b);
  });
  out[offsetof(s::EntryPoint, checksum)] = static_cast<std::byte>(0u - sum);
  return out;
}

}  // namespace
}  // namespace smbios

SmbiosFiles build_smbios(const SmbiosConfig& config) {
  using namespace smbios;
  Table table;
  add_bios(table, config);
  add_system(table, config);
  add_enclosure(table, config);
  add_processor(table, config);
  add_memory(table, config.memory);
  table.add(kBoot, s::BootInformation{});
  table.add(kEnd, s::EndOfTable{});
  SmbiosFiles files;
  files.tables = std::move(table).take();
  files.anchor = anchor_for(files.tables);
  return files;
}

}  // namespace unpark
