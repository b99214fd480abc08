// SPDX-License-Identifier: Apache-2.0
#include "devices/pci.h"

#include <cassert>

namespace unpark {

Result<Done, PciTopology::Conflict> PciTopology::plug(PciAddress at,
                                                      std::shared_ptr<PciFunction> function) {
  assert(at.device < 32 && at.function < 8);
  const auto [where, added] = functions_.try_emplace(at, function);
  if (!added)
    return Unexpected{Conflict{std::string(where->second->name()), std::string(function->name())}};
  return Done{};
}

PciFunction* PciTopology::find(PciAddress at) const {
  const auto found = functions_.find(at);
  return found == functions_.end() ? nullptr : found->second.get();
}

PciConfigSpace::PciConfigSpace(const PciIdentity& identity,
                               std::span<const RegisterInfo> registers) {
  namespace s = spec::pci;
  store(reset_, s::kVendorId, 2, identity.vendor);
  store(reset_, s::kDeviceId, 2, identity.device);
  store(reset_, s::kRevisionId, 1, identity.revision);
  store(reset_, s::kClassCode, 3, identity.class_code);
  store(reset_, s::kHeaderType, 1, identity.header_type);
  for (const auto& r : registers) {
    store(reset_, r.offset, r.width, r.reset);
    store(writable_, r.offset, r.width, r.writable);
    store(w1c_, r.offset, r.width, r.w1c);
  }
  reset();
}

void PciConfigSpace::make_plain_storage(std::uint16_t first, std::span<const RegisterInfo> except) {
  Bytes listed{};
  for (const auto& r : except) store(listed, r.offset, r.width, 0xffffffff);
  for (std::size_t i = first; i < writable_.size(); ++i)
    if (listed[i] == 0) writable_[i] = 0xff;
}

std::uint32_t PciConfigSpace::read(std::uint16_t offset, std::uint8_t width) const {
  if (offset + width > spec::pci::kConventionalSize) return pci_ones(width);
  return get(offset, width);
}

void PciConfigSpace::write(std::uint16_t offset, std::uint8_t width, std::uint32_t value) {
  if (offset + width > spec::pci::kConventionalSize) return;
  for (std::size_t i = offset; i < std::size_t{offset} + width; ++i, value >>= 8) {
    const RegisterInfo byte{{}, 0, 1, 0, writable_[i], w1c_[i]};
    now_[i] = static_cast<std::uint8_t>(byte.after_write(now_[i], value & 0xff));
  }
}

void PciConfigSpace::reset() {
  now_ = reset_;
}

std::uint32_t PciConfigSpace::get(std::uint16_t offset, std::uint8_t width) const {
  assert(offset + width <= spec::pci::kConventionalSize);
  std::uint32_t value = 0;
  for (std::size_t i = width; i-- > 0;) value = value << 8 | now_[offset + i];
  return value;
}

void PciConfigSpace::put(std::uint16_t offset, std::uint8_t width, std::uint32_t value) {
  store(now_, offset, width, value);
}

void PciConfigSpace::store(Bytes& into, std::uint16_t offset, std::uint8_t width,
                           std::uint32_t value) {
  assert(offset + width <= spec::pci::kConventionalSize);
  for (std::size_t i = offset; i < std::size_t{offset} + width; ++i, value >>= 8)
    into[i] = static_cast<std::uint8_t>(value & 0xff);
}

}  // namespace unpark
