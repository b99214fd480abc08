// SPDX-License-Identifier: Apache-2.0
#include "devices/mch.h"

#include <array>

#include "devices/mch_spec.h"

namespace unpark {
namespace {

namespace s = spec::mch;

// clang-format off
constexpr std::array<RegisterInfo, 15> kRegisters = {{
    // name          off               w  reset       writable    w1c
    {"PCICMD",       0x04,             2, 0x0006,     0x0100,     0},
    {"PCISTS",       0x06,             2, 0x0080,     0,          0},
    {"EXT_TSEG_MB",  s::kExtTsegMb,    2, 0xffff,     0xffff,     0},
    {"PCIEXBAR",     s::kPciexbarLow,  4, 0xb0000000, 0xf0000001, 0},
    {"PCIEXBAR_HI",  s::kPciexbarHigh, 4, 0,          0x0000000f, 0},
    {"PAM0",         s::kPam0,         1, 0,          0x30,       0},
    {"PAM1",         s::kPam0 + 1,     1, 0,          0x33,       0},
    {"PAM2",         s::kPam0 + 2,     1, 0,          0x33,       0},
    {"PAM3",         s::kPam0 + 3,     1, 0,          0x33,       0},
    {"PAM4",         s::kPam0 + 4,     1, 0,          0x33,       0},
    {"PAM5",         s::kPam0 + 5,     1, 0,          0x33,       0},
    {"PAM6",         s::kPam0 + 6,     1, 0,          0x33,       0},
    {"SMBASE_SMRAM", s::kSmbaseSmram,  1, 0,          0,          0},  // see step_smbase_smram()
    {"SMRAM",        s::kSmram,        1, s::smram::kReset,   0x78, 0},
    {"ESMRAMC",      s::kEsmramc,      1, s::esmramc::kReset, 0x87, 0},
}};
// clang-format on

constexpr PciIdentity kIdentity{
    .vendor = spec::pci::kVendorIntel, .device = s::kDeviceId, .class_code = s::kClassCode};

constexpr bool touches(std::uint16_t offset, std::uint8_t width, std::uint16_t first,
                       std::uint16_t size) {
  return offset < first + size && first < offset + width;
}

std::uint32_t tseg_mib(std::uint8_t esmramc, std::uint16_t extended) {
  switch (static_cast<s::esmramc::Size>(s::esmramc::TsegSize::get(esmramc))) {
    case s::esmramc::kSize1MiB:
      return 1;
    case s::esmramc::kSize2MiB:
      return 2;
    case s::esmramc::kSize8MiB:
      return 8;
    case s::esmramc::kSizeExtended:
      return extended;
  }
  return 0;  // two bits: not reached
}

MemoryControl decode(const PciConfigSpace& space, std::uint16_t extended_tseg_mib) {
  const auto byte = [&](unsigned at) {
    return static_cast<std::uint8_t>(space.get(static_cast<std::uint16_t>(at), 1));
  };
  MemoryControl c;
  c.pam[0] = s::pam::High::get(byte(s::kPam0));
  for (unsigned i = 1; i < s::pam::kRegisters; ++i) {
    c.pam[2 * i - 1] = s::pam::Low::get(byte(s::kPam0 + i));
    c.pam[2 * i] = s::pam::High::get(byte(s::kPam0 + i));
  }
  const std::uint64_t bar =
      std::uint64_t{space.get(s::kPciexbarHigh, 4)} << 32 | space.get(s::kPciexbarLow, 4);
  c.pciexbar_enabled = s::pciexbar::Enable::get(bar);
  c.pciexbar = bar & s::pciexbar::Base::kMask;
  const std::uint8_t smram = byte(s::kSmram);
  const std::uint8_t esmramc = byte(s::kEsmramc);
  const bool global = s::smram::Global::get(smram);
  c.compatible_smram = global && !s::esmramc::HighEnable::get(esmramc);
  c.smram_open = c.compatible_smram && s::smram::Open::get(smram);
  c.smram_locked = s::smram::Locked::get(smram);
  c.tseg_mib = tseg_mib(esmramc, extended_tseg_mib);
  c.tseg_enabled = global && s::esmramc::TsegEnable::get(esmramc) && c.tseg_mib > 0;
  c.smbase_smram_locked = byte(s::kSmbaseSmram) == s::smbase_smram::kLocked;
  return c;
}

}  // namespace

Mch::Mch(std::uint16_t extended_tseg_mib)
    : extended_tseg_mib_(extended_tseg_mib == s::kExtTsegQuery ? std::uint16_t{0}
                                                               : extended_tseg_mib),
      space_(kIdentity, kRegisters) {
  space_.make_plain_storage(spec::pci::kDeviceSpecific, kRegisters);
  delivered_ = decode(space_, extended_tseg_mib_);
}

std::uint32_t Mch::config_read(std::uint16_t offset, std::uint8_t width) {
  Lock lock(m_);
  return space_.read(offset, width);
}

void Mch::config_write(std::uint16_t offset, std::uint8_t width, std::uint32_t value) {
  {
    Lock lock(m_);
    const auto old_smram = static_cast<std::uint8_t>(space_.get(s::kSmram, 1));
    const auto old_esmramc = static_cast<std::uint8_t>(space_.get(s::kEsmramc, 1));
    space_.write(offset, width, value);
    keep_lock(old_smram, old_esmramc);
    if (touches(offset, width, s::kExtTsegMb, 2)) answer_tseg_query();
    // It begins a dword, and an access stays within one: its byte is the lowest.
    if (offset == s::kSmbaseSmram) step_smbase_smram(static_cast<std::uint8_t>(value));
  }
  deliver();
}

// D_LCK: "When D_LCK is set to 1 then D_OPEN is reset to 0 and D_LCK, D_OPEN, G_SMRAME, C_BASE_SEG,
// H_SMRAME, TSEG_SZ and TSEG_EN become read only" (316966, 5.1, SMRAM). The lock as it was before
// the write counts, so one dword may set up ESMRAMC and lock it.
void Mch::keep_lock(std::uint8_t old_smram, std::uint8_t old_esmramc) {
  auto smram = static_cast<std::uint8_t>(space_.get(s::kSmram, 1));
  if (s::smram::Locked::get(old_smram)) {
    smram = s::smram::Closed::with(old_smram, s::smram::Closed::get(smram));
    space_.put(s::kEsmramc, 1, old_esmramc);
  }
  if (s::smram::Locked::get(smram)) smram = s::smram::Open::with(smram, false);
  space_.put(s::kSmram, 1, smram);
}

void Mch::answer_tseg_query() {
  if (extended_tseg_mib_ != 0 && space_.get(s::kExtTsegMb, 2) == s::kExtTsegQuery)
    space_.put(s::kExtTsegMb, 2, extended_tseg_mib_);
}

// 0 --FFh--> offered --bit 1--> locked, until reset. Every other write is dropped.
void Mch::step_smbase_smram(std::uint8_t written) {
  switch (space_.get(s::kSmbaseSmram, 1)) {
    case 0:
      if (written == s::smbase_smram::kQuery)
        space_.put(s::kSmbaseSmram, 1, s::smbase_smram::kOffered);
      break;
    case s::smbase_smram::kOffered:
      if ((written & s::smbase_smram::kLocked) != 0)
        space_.put(s::kSmbaseSmram, 1, s::smbase_smram::kLocked);
      break;
    default:
      break;
  }
}

MemoryControl Mch::control() const {
  Lock lock(m_);
  return decode(space_, extended_tseg_mib_);
}

void Mch::set_sink(MemoryControlSink sink) {
  Lock lock(delivery_);
  sink_ = std::move(sink);
}

void Mch::reset() {
  {
    Lock lock(m_);
    space_.reset();
  }
  deliver();
}

void Mch::deliver() {
  Lock delivering(delivery_);
  // Read here, not at the write: the newest state is the one to apply.
  const MemoryControl now = control();
  if (now == delivered_) return;
  delivered_ = now;
  if (sink_) sink_(now);
}

}  // namespace unpark
