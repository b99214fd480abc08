// SPDX-License-Identifier: Apache-2.0
#include "devices/pm_core.h"

namespace unpark {

namespace {

namespace pm = spec::pm;

Result<Done, IoFault> check(Access at) {
  if (at.width != 1 && at.width != 2 && at.width != 4) return Unexpected{IoFault::kBadWidth};
  if (at.offset >= pm::kSize) return Unexpected{IoFault::kBadOffset};
  // Aligned, so that an access never reaches past the end of the block.
  if (at.offset % at.width != 0) return Unexpected{IoFault::kUnaligned};
  return Done{};
}

constexpr std::uint32_t ones(unsigned bytes) {
  return bytes >= 4 ? ~std::uint32_t{0} : (std::uint32_t{1} << (8 * bytes)) - 1;
}

// How an access and a register lie to each other, in bytes.
struct Overlap {
  unsigned in_access, in_register, bytes;  // bytes == 0: they do not meet
};
constexpr Overlap overlap(Access at, const RegisterInfo& r) {
  const unsigned first = at.offset > r.offset ? at.offset : r.offset;
  const unsigned access_end = at.offset + at.width, register_end = r.offset + unsigned{r.width};
  const unsigned end = access_end < register_end ? access_end : register_end;
  if (end <= first) return {0, 0, 0};
  return {first - at.offset, first - r.offset, end - first};
}

}  // namespace

// One access may cover two registers (a dword at PM1_STS) or part of one (a byte of GPE0_EN).
Result<std::uint64_t, IoFault> PmCore::read(Access at, std::uint32_t timer) const {
  TRY(check(at));
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < kRegisters.size(); ++i) {
    const auto& r = kRegisters[i];
    const Overlap o = overlap(at, r);
    if (o.bytes == 0 || r.width > 4) continue;  // reserved bytes read as zero
    const std::uint32_t whole = i == kTimer ? timer : v_[i];
    value |= std::uint64_t{whole >> (8 * o.in_register) & ones(o.bytes)} << (8 * o.in_access);
  }
  return value;
}

Result<std::optional<SleepRequest>, IoFault> PmCore::write(Access at, std::uint32_t value) {
  TRY(check(at));
  std::optional<SleepRequest> sleep;
  for (std::size_t i = 0; i < kRegisters.size(); ++i) {
    const auto& r = kRegisters[i];
    const Overlap o = overlap(at, r);
    if (o.bytes == 0 || r.width > 4) continue;
    const std::uint32_t lanes = ones(o.bytes) << (8 * o.in_register);
    const std::uint32_t written = (value >> (8 * o.in_access)) << (8 * o.in_register) & lanes;
    write_register(i, written, lanes);
    // SLP_EN is not stored. SLP_TYP lies in the same byte, so it was written too.
    if (i == kControl && pm::control::SleepEnable::get(written))
      sleep = SleepRequest{pm::control::SleepType::get(written)};
  }
  return sleep;
}

// `lanes`: the bits that were written at all; `value` has no others. What was not written keeps its
// plain bits and clears nothing.
void PmCore::write_register(std::size_t index, std::uint32_t value, std::uint32_t lanes) {
  const auto& r = kRegisters[index];
  const std::uint32_t old = v_[index];
  const std::uint64_t gpe_enable = pair(kGpeEnableLow, kGpeEnableHigh);
  v_[index] = r.after_write(old, value | (old & r.writable & ~lanes));
  if (index == kSmiEnable && smi_locked_)
    v_[index] = pm::smi_enable::Global::with(v_[index], pm::smi_enable::Global::get(old));
  const std::uint64_t due = relatch_.relatch(pair(kGpeEnableLow, kGpeEnableHigh) & ~gpe_enable);
  v_[kGpeStatusLow] |= static_cast<std::uint32_t>(due);
  v_[kGpeStatusHigh] |= static_cast<std::uint32_t>(due >> 32);
}

bool PmCore::sci() const {
  const bool fixed = (v_[kStatus] & v_[kEnable]) != 0;
  return sci_enabled() && (fixed || active_gpes() != 0);
}

bool PmCore::sci_enabled() const {
  return pm::control::SciEnable::get(v_[kControl]);
}

std::uint64_t PmCore::active_gpes() const {
  return pair(kGpeStatusLow, kGpeStatusHigh) & pair(kGpeEnableLow, kGpeEnableHigh);
}

void PmCore::press_power_button() {
  v_[kStatus] = pm::pm1::PowerButton::with(v_[kStatus], true);
}

void PmCore::set_sci_enabled(bool enabled) {
  v_[kControl] = pm::control::SciEnable::with(v_[kControl], enabled);
}

bool PmCore::apm_smi() {
  if (!pm::smi_enable::Apmc::get(v_[kSmiEnable])) return false;
  v_[kSmiStatus] = pm::smi_status::Apm::with(v_[kSmiStatus], true);
  return true;
}

void PmCore::raise_gpe(unsigned bit) {
  relatch_.progress(bit);
  v_[bit < 32 ? kGpeStatusLow : kGpeStatusHigh] |= std::uint32_t{1} << (bit % 32);
}

}  // namespace unpark
