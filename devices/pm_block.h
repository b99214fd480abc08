// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <optional>

#include "devices/bus/device.h"
#include "devices/bus/irq_line.h"
#include "devices/clock.h"
#include "devices/gpe_source.h"
#include "devices/pm_core.h"
#include "devices/result.h"
#include "devices/sync.h"

namespace unpark {

// Power management I/O block.
// Spec:     Intel ICH9 datasheet, 13.8.3; ACPI 6.5, 4.8.3 (PM1, PM timer) and 4.8.4 (GPE0).
// Done:     PM1_STS, PM1_EN, PM1_CNT with soft-off and power button; PM_TMR, 24 bits; GPE0_STS and
//           GPE0_EN, 64 bits; SMI_EN with SMI_LOCK; SMI_STS.APM; the SCI as a level. Accesses of 1,
//           2 and 4 bytes, naturally aligned, to parts of a register or over two of them.
// Missing:  TMR_STS (never set: needs a deadline; TMR_EN is stored), the global lock (GBL_RLS,
//           BIOS_RLS), SMIs instead of the SCI while SCI_EN is 0, all SMI sources but APM, sleep
//           states but S5. Everything else in the block reads as zero and ignores writes.
// Differs:  SLP_TYP 0 is S5 (pm_spec.h). Status bits are latched again at enable while events are
//           unconsumed (gpe_relatch.h). As on QEMU, APMC_EN alone lets APM raise SMIs, whatever
//           GBL_SMI_EN says; EOS is storage. Enable bits of SMI sources that this machine has not
//           read as zero.
// Locking:  one mutex, a leaf but for the SCI's wire, which is set under it so that edges keep
//           order. The callbacks run without it.
class PmBlock final : public IoDevice, public GpeSource {
 public:
  // On the writer's thread, before its write completes: only note the wish there. Called for every
  // type; only spec::pm::kSleepTypeS5 has a meaning.
  using SleepSink = std::function<void(std::uint8_t sleep_type)>;
  // The same, when they have changed. Two CPUs that change them at once may be told of in either
  // order.
  using EnableSink = std::function<void(const PmEnables&)>;

  // The guest has taken the event of GPE0 bit `bit`: it raised the SCI, and a write to its status
  // or enable bit has ended that. On the writer's thread, before its write completes.
  using GpeSink = std::function<void(unsigned bit)>;

  // `clock` outlives the block.
  PmBlock(const Clock& clock, IrqLine sci, SleepSink on_sleep, GpeSink on_gpe_taken = {})
      : clock_(clock),
        on_sleep_(std::move(on_sleep)),
        on_gpe_taken_(std::move(on_gpe_taken)),
        sci_(std::move(sci)) {}

  std::string_view name() const override { return "pm"; }
  // Before the first vCPU runs.
  void set_enable_sink(EnableSink sink) { on_enables_ = std::move(sink); }
  // kNotDecoded until set_decoded(true).
  Result<std::uint64_t, IoFault> read(Access at) override;
  Result<Done, IoFault> write(Access at, std::uint64_t value) override;

  // LPC bridge: ACPI_CNTL.ACPI_EN.
  void set_decoded(bool decoded);
  // LPC bridge: GEN_PMCON_1.SMI_LOCK; lasts until reset.
  void lock_smi_en();

  // APM_CNT was written: enables or disables the SCI if the value says so. True: raise an SMI.
  bool apm_written(std::uint8_t value);

  void raise(unsigned bit) override;
  void set_unconsumed(unsigned bit, bool unconsumed) override;
  void press_power_button();

  // Not decoded, SMI_EN unlocked, everything zero.
  void reset();

 private:
  // What has changed since it was last told.
  std::optional<PmEnables> news() TSA(requires_capability(m_));

  // Wiring.
  const Clock& clock_;
  const SleepSink on_sleep_;
  EnableSink on_enables_;  // set once
  const GpeSink on_gpe_taken_;
  // State.
  Mutex m_;
  IrqLine sci_ TSA(guarded_by(m_));
  PmCore core_ TSA(guarded_by(m_));
  bool decoded_ TSA(guarded_by(m_)) = false;
  PmEnables told_ TSA(guarded_by(m_));
};

}  // namespace unpark
