// SPDX-License-Identifier: Apache-2.0
#include "devices/lpc_bridge.h"

#include <array>

#include "devices/lpc_spec.h"

namespace unpark {
namespace {

namespace s = spec::lpc;

// clang-format off
constexpr std::array<RegisterInfo, 14> kRegisters = {{
    // name         off            w  reset             writable    w1c
    {"PCICMD",      0x04,          2, 0x0007,           0x0147,     0},
    {"PCISTS",      0x06,          2, 0x0210,           0,          0},
    {"PMBASE",      s::kPmbase,    4, 0x00000001,       0x0000ff80, 0},
    {"ACPI_CNTL",   s::kAcpiCntl,  1, 0,                0x87,       0},
    {"PIRQA",       s::kPirqA,     1, s::pirq::kReset,  0x8f,       0},
    {"PIRQB",       s::kPirqA + 1, 1, s::pirq::kReset,  0x8f,       0},
    {"PIRQC",       s::kPirqA + 2, 1, s::pirq::kReset,  0x8f,       0},
    {"PIRQD",       s::kPirqA + 3, 1, s::pirq::kReset,  0x8f,       0},
    {"PIRQE",       s::kPirqE,     1, s::pirq::kReset,  0x8f,       0},
    {"PIRQF",       s::kPirqE + 1, 1, s::pirq::kReset,  0x8f,       0},
    {"PIRQG",       s::kPirqE + 2, 1, s::pirq::kReset,  0x8f,       0},
    {"PIRQH",       s::kPirqE + 3, 1, s::pirq::kReset,  0x8f,       0},
    {"GEN_PMCON_1", s::kGenPmcon1, 2, 0,                0x0010,     0},  // SMI_LOCK: and sticky
    {"RCBA",        s::kRcba,      4, 0,                0xffffc001, 0},
}};
// clang-format on

constexpr PciIdentity kIdentity{.vendor = spec::pci::kVendorIntel,
                                .device = s::kDeviceId,
                                .class_code = s::kClassCode,
                                .revision = 2,
                                .header_type = 0x80};

LpcOutputs decode(const PciConfigSpace& space) {
  const std::uint32_t pmbase = space.get(s::kPmbase, 4);
  const std::uint32_t rcba = space.get(s::kRcba, 4);
  return {.pm_decoded = s::acpi_cntl::Enable::get(space.get(s::kAcpiCntl, 1)) &&
                        (pmbase & s::pmbase::Base::kMask) == s::pmbase::kHonoured,
          .smi_lock = s::gen_pmcon_1::SmiLock::get(space.get(s::kGenPmcon1, 2)),
          .rcrb_decoded =
              s::rcba::Enable::get(rcba) && (rcba & s::rcba::Base::kMask) == s::rcba::kHonoured};
}

}  // namespace

LpcBridge::LpcBridge(Sink sink) : sink_(std::move(sink)), space_(kIdentity, kRegisters) {}

std::uint32_t LpcBridge::config_read(std::uint16_t offset, std::uint8_t width) {
  Lock lock(m_);
  return space_.read(offset, width);
}

void LpcBridge::config_write(std::uint16_t offset, std::uint8_t width, std::uint32_t value) {
  {
    Lock lock(m_);
    const bool locked = decode(space_).smi_lock;
    space_.write(offset, width, value);
    const std::uint32_t pmcon = space_.get(s::kGenPmcon1, 2);
    if (locked) space_.put(s::kGenPmcon1, 2, s::gen_pmcon_1::SmiLock::with(pmcon, true));
  }
  deliver();
}

LpcOutputs LpcBridge::outputs() const {
  Lock lock(m_);
  return decode(space_);
}

void LpcBridge::reset() {
  {
    Lock lock(m_);
    space_.reset();
  }
  deliver();
}

void LpcBridge::deliver() {
  Lock delivering(delivery_);
  const LpcOutputs now = outputs();
  if (now == delivered_) return;
  delivered_ = now;
  if (sink_) sink_(now);
}

}  // namespace unpark
