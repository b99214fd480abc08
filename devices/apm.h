// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>

#include "devices/bus/device.h"
#include "devices/pm_block.h"
#include "devices/smi_sink.h"

namespace unpark {

// Advanced power management ports: the software SMI.
// Spec:     Intel ICH9 datasheet, 13.8.2 (APM_CNT, APM_STS) and 13.8.3.8 (SMI_EN.APMC_EN).
// Done:     both registers, stored and read back; the SMI; ACPI enable and disable. A word access
//           reaches both registers.
// Missing:  nothing.
// Differs:  as on QEMU, the values 2 and 3 switch PM1_CNT.SCI_EN by themselves and raise their SMI
//           all the same, so that a firmware needs no handler for them.
// Locking:  none; each register is atomic. The value is stored before the SMI is raised: the SMI
//           handler reads it back.
class Apm final : public IoDevice {
 public:
  // `smi` outlives the chip.
  Apm(std::shared_ptr<PmBlock> pm, SmiSink& smi) : pm_(std::move(pm)), smi_(smi) {}

  std::string_view name() const override { return "apm"; }
  Result<std::uint64_t, IoFault> read(Access at) override;
  Result<Done, IoFault> write(Access at, std::uint64_t value) override;
  void reset();

 private:
  // Wiring.
  const std::shared_ptr<PmBlock> pm_;
  SmiSink& smi_;
  // State.
  std::atomic<std::uint8_t> control_{0};
  std::atomic<std::uint8_t> status_{0};
};

}  // namespace unpark
