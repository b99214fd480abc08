// SPDX-License-Identifier: Apache-2.0
#include "devices/ecam.h"

namespace unpark {
namespace {
namespace s = spec::pci;
}  // namespace

Ecam::Ecam(std::shared_ptr<const PciTopology> topology, std::function<void()> on_first_use)
    : topology_(std::move(topology)), on_first_use_(std::move(on_first_use)) {}

void Ecam::set_enabled(bool enabled) {
  // One that is on already stays as it is.
  State off = State::kOff;
  if (enabled)
    state_.compare_exchange_strong(off, State::kUnused);
  else
    state_ = State::kOff;
}

Result<PciFunction*, IoFault> Ecam::target(Access at) {
  // One look at the state in the long run.
  if (const State state = state_; state != State::kUsed) {
    if (state == State::kOff) return Unexpected{IoFault::kNotDecoded};
    State unused = State::kUnused;
    if (state_.compare_exchange_strong(unused, State::kUsed) && on_first_use_) on_first_use_();
  }
  if (at.offset >= s::kEcamSize) return Unexpected{IoFault::kBadOffset};
  if (at.width > 4) return Unexpected{IoFault::kBadWidth};
  if (!pci_fits_a_dword(at.offset, at.width)) return Unexpected{IoFault::kUnaligned};
  return topology_->find({s::ecam::Bus::get(at.offset), s::ecam::Device::get(at.offset),
                          s::ecam::Function::get(at.offset)});
}

Result<std::uint64_t, IoFault> Ecam::read(Access at) {
  PciFunction* const function = TRY(target(at));
  if (!function) return std::uint64_t{pci_ones(at.width)};
  return std::uint64_t{function->config_read(s::ecam::Register::get(at.offset), at.width)};
}

Result<Done, IoFault> Ecam::write(Access at, std::uint64_t value) {
  PciFunction* const function = TRY(target(at));
  if (function)
    function->config_write(s::ecam::Register::get(at.offset), at.width,
                           static_cast<std::uint32_t>(value));
  return Done{};
}

}  // namespace unpark
