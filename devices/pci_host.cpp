// SPDX-License-Identifier: Apache-2.0
#include "devices/pci_host.h"

namespace unpark {
namespace {

namespace s = spec::pci;

constexpr std::uint32_t kDataAt = s::kConfigDataPort - s::kConfigAddressPort;
constexpr std::uint32_t kResetControlAt = 1;  // 0xCF9

constexpr bool is_address(Access at) {
  return at.offset == 0 && at.width == 4;
}
constexpr bool is_reset_control(Access at) {
  return at.offset == kResetControlAt && at.width == 1;
}

}  // namespace

PciHost::PciHost(std::shared_ptr<const PciTopology> topology,
                 std::shared_ptr<IoDevice> reset_control)
    : topology_(std::move(topology)), reset_control_(std::move(reset_control)) {}

Result<PciHost::Target, IoFault> PciHost::data_target(Access at) const {
  if (at.offset >= s::kConfigPorts) return Unexpected{IoFault::kBadOffset};
  if (at.offset == 0) return Unexpected{IoFault::kBadWidth};  // the address register is a dword
  if (at.offset < kDataAt) return Unexpected{IoFault::kBadOffset};
  if (at.width > 4) return Unexpected{IoFault::kBadWidth};
  const std::uint32_t byte = at.offset - kDataAt;
  if (!pci_fits_a_dword(byte, at.width)) return Unexpected{IoFault::kUnaligned};
  const std::uint32_t address = address_;
  if (!s::config_address::Enable::get(address)) return Unexpected{IoFault::kNotDecoded};
  const PciAddress where{s::config_address::Bus::get(address),
                         s::config_address::Device::get(address),
                         s::config_address::Function::get(address)};
  const std::uint32_t offset = s::config_address::Register::get(address) * 4u + byte;
  return Target{topology_->find(where), static_cast<std::uint16_t>(offset)};
}

Result<std::uint64_t, IoFault> PciHost::read(Access at) {
  if (is_address(at)) return std::uint64_t{address_};
  if (is_reset_control(at) && reset_control_) {
    at.offset = 0;
    return reset_control_->read(at);
  }
  const Target target = TRY(data_target(at));
  if (!target.function) return std::uint64_t{pci_ones(at.width)};
  return std::uint64_t{target.function->config_read(target.offset, at.width)};
}

Result<Done, IoFault> PciHost::write(Access at, std::uint64_t value) {
  if (is_address(at)) {
    address_ = static_cast<std::uint32_t>(value) & s::config_address::kStored;
    return Done{};
  }
  if (is_reset_control(at) && reset_control_) {
    at.offset = 0;
    return reset_control_->write(at, value);
  }
  const Target target = TRY(data_target(at));
  if (target.function)
    target.function->config_write(target.offset, at.width, static_cast<std::uint32_t>(value));
  return Done{};
}

}  // namespace unpark
