// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>

#include "guest/body/options.h"
#include "guest/layout.h"
#include "guest/smm/smm_config.h"

namespace unpark::guest {

// What the firmware finds out and hands over to the OS.
struct Machine {
  std::uint32_t boot_cpu = 0;  // APIC ID
  std::uint32_t possible = 1;
  std::uint32_t present = 1;  // fw_cfg NB_CPUS
  std::array<std::uint8_t, GUEST_MAX_CPUS> apic_id_of_slot{};
  std::array<bool, GUEST_MAX_CPUS> cold_boot{};  // by APIC ID: started by the firmware
  std::uint64_t tsc_per_us = 0;
  std::uint64_t exit_cycles = 0;  // of the TSC, for a port access that the VMM answers
  std::uint64_t smi_features = 0;
  std::uint64_t low_ram_end = 0;
  std::uint64_t tseg = 0;
  std::uint64_t tseg_size = 0;
  bool default_smbase_protected = false;
  Options options;  // fw_cfg file kOptionsFile

  [[nodiscard]] bool explicit_unpark() const;
  [[nodiscard]] std::uint64_t tseg_last() const { return tseg + tseg_size - 1; }
};

extern constinit Machine machine;
extern constinit SmmReport smm_report;

}  // namespace unpark::guest
