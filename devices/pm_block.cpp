// SPDX-License-Identifier: Apache-2.0
#include "devices/pm_block.h"

#include <bit>
#include <optional>
#include <utility>

#include "devices/apm_spec.h"
#include "devices/pm_timer.h"

namespace unpark {

Result<std::uint64_t, IoFault> PmBlock::read(Access at) {
  const std::uint32_t timer = pm_timer_ticks(clock_.now());
  Lock lock(m_);
  if (!decoded_) return Unexpected{IoFault::kNotDecoded};
  return core_.read(at, timer);
}

Result<Done, IoFault> PmBlock::write(Access at, std::uint64_t value) {
  std::optional<SleepRequest> sleep;
  std::optional<PmEnables> enables;
  std::uint64_t taken = 0;
  {
    Lock lock(m_);
    if (!decoded_) return Unexpected{IoFault::kNotDecoded};
    taken = core_.sci_enabled() ? core_.active_gpes() : 0;
    sleep = TRY(core_.write(at, static_cast<std::uint32_t>(value)));
    taken &= ~core_.active_gpes();
    sci_.set(core_.sci());
    enables = news();
  }
  if (enables && on_enables_) on_enables_(*enables);
  for (; taken != 0 && on_gpe_taken_; taken &= taken - 1)
    on_gpe_taken_(static_cast<unsigned>(std::countr_zero(taken)));
  if (sleep && on_sleep_) on_sleep_(sleep->type);
  return Done{};
}

void PmBlock::set_decoded(bool decoded) {
  Lock lock(m_);
  decoded_ = decoded;
}

void PmBlock::lock_smi_en() {
  Lock lock(m_);
  core_.lock_smi_enable();
}

bool PmBlock::apm_written(std::uint8_t value) {
  std::optional<PmEnables> enables;
  bool smi = false;
  {
    Lock lock(m_);
    if (value == spec::apm::kAcpiEnable || value == spec::apm::kAcpiDisable) {
      core_.set_sci_enabled(value == spec::apm::kAcpiEnable);
      sci_.set(core_.sci());
      enables = news();
    }
    smi = core_.apm_smi();
  }
  if (enables && on_enables_) on_enables_(*enables);
  return smi;
}

std::optional<PmEnables> PmBlock::news() {
  const PmEnables now = core_.enables();
  if (std::exchange(told_, now) == now) return std::nullopt;
  return now;
}

void PmBlock::raise(unsigned bit) {
  if (bit >= 64) return;
  Lock lock(m_);
  core_.raise_gpe(bit);
  sci_.set(core_.sci());
}

void PmBlock::set_unconsumed(unsigned bit, bool unconsumed) {
  if (bit >= 64) return;
  Lock lock(m_);
  core_.set_gpe_unconsumed(bit, unconsumed);
}

void PmBlock::press_power_button() {
  Lock lock(m_);
  core_.press_power_button();
  sci_.set(core_.sci());
}

void PmBlock::reset() {
  Lock lock(m_);
  core_ = {};
  told_ = {};
  decoded_ = false;
  sci_.set(false);
}

}  // namespace unpark
