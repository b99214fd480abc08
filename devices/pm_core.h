// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "devices/bus/device.h"
#include "devices/gpe_relatch.h"
#include "devices/pm_spec.h"
#include "devices/register_table.h"
#include "devices/result.h"

namespace unpark {

// SLP_EN was written with this SLP_TYP.
struct SleepRequest {
  std::uint8_t type;
};

// Who wants to hear of events: PM1_CNT.SCI_EN and GPE0_EN.
struct PmEnables {
  bool sci = false;
  std::uint64_t gpe = 0;  // by bit
  friend bool operator==(const PmEnables&, const PmEnables&) = default;
};

// The PM I/O block without lock, wire and clock. pm_block.h has the status of the chip.
class PmCore {
 public:
  // clang-format off
  static constexpr std::array<RegisterInfo, 12> kRegisters = {{
      // name         off                         w   reset writable     w1c
      {"PM1_STS",     spec::pm::kPm1Status,       2,  0,    0,           0xcd31},
      {"PM1_EN",      spec::pm::kPm1Enable,       2,  0,    0x4521,      0},
      {"PM1_CNT",     spec::pm::kPm1Control,      4,  0,    0x1c03,      0},
      {"PM_TMR",      spec::pm::kPmTimer,         4,  0,    0,           0},
      {"reserved",    0x0c,                       20, 0,    0,           0},
      {"GPE0_STS_LO", spec::pm::kGpe0Status,      4,  0,    0,           0xffff'ffff},
      {"GPE0_STS_HI", spec::pm::kGpe0StatusHigh,  4,  0,    0,           0xffff'ffff},
      {"GPE0_EN_LO",  spec::pm::kGpe0Enable,      4,  0,    0xffff'ffff, 0},
      {"GPE0_EN_HI",  spec::pm::kGpe0EnableHigh,  4,  0,    0xffff'ffff, 0},
      {"SMI_EN",      spec::pm::kSmiEnable,       4,  0,    0x0000'0023, 0},
      {"SMI_STS",     spec::pm::kSmiStatus,       4,  0,    0,           0x0000'0020},
      {"reserved",    0x38,                       72, 0,    0,           0},
  }};
  // clang-format on
  static_assert(is_packed(kRegisters, spec::pm::kSize));

  // `timer`: what PM_TMR shows now.
  [[nodiscard]] Result<std::uint64_t, IoFault> read(Access at, std::uint32_t timer) const;
  Result<std::optional<SleepRequest>, IoFault> write(Access at, std::uint32_t value);

  // The level of the SCI.
  [[nodiscard]] bool sci() const;
  [[nodiscard]] PmEnables enables() const {
    return {spec::pm::control::SciEnable::get(v_[kControl]), pair(kGpeEnableLow, kGpeEnableHigh)};
  }
  // Bits of GPE0 that are pending and enabled.
  [[nodiscard]] std::uint64_t active_gpes() const;
  [[nodiscard]] bool sci_enabled() const;
  void press_power_button();
  void set_sci_enabled(bool enabled);
  // An APM_CNT write: true, and noted in SMI_STS, if it raises an SMI.
  bool apm_smi();
  void lock_smi_enable() { smi_locked_ = true; }
  void raise_gpe(unsigned bit);
  void set_gpe_unconsumed(unsigned bit, bool unconsumed) { relatch_.progress(bit, unconsumed); }

 private:
  enum Index : std::size_t {
    kStatus,
    kEnable,
    kControl,
    kTimer,
    kReserved0,
    kGpeStatusLow,
    kGpeStatusHigh,
    kGpeEnableLow,
    kGpeEnableHigh,
    kSmiEnable,
    kSmiStatus,
    kReserved1,
  };

  void write_register(std::size_t index, std::uint32_t value, std::uint32_t lanes);
  [[nodiscard]] std::uint64_t pair(Index low, Index high) const {
    return v_[low] | std::uint64_t{v_[high]} << 32;
  }

  std::array<std::uint32_t, kRegisters.size()> v_{};
  GpeRelatch relatch_;
  bool smi_locked_ = false;
};

}  // namespace unpark
