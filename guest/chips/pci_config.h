// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "devices/pci_spec.h"
#include "guest/chips/cpu.h"

// PCI configuration space by mechanism #1, bus 0.
namespace unpark::guest::pci {

struct Function {
  unsigned device, function;
};

inline std::uint16_t select(Function f, unsigned offset) {
  out32(spec::pci::kConfigAddressPort,
        spec::pci::config_address::of(0, f.device, f.function, offset));
  return static_cast<std::uint16_t>(spec::pci::kConfigDataPort + (offset & 3));
}
inline std::uint8_t read8(Function f, unsigned offset) {
  return in8(select(f, offset));
}
inline std::uint16_t read16(Function f, unsigned offset) {
  return in16(select(f, offset));
}
inline std::uint32_t read32(Function f, unsigned offset) {
  return in32(select(f, offset));
}
inline void write8(Function f, unsigned offset, std::uint8_t v) {
  out8(select(f, offset), v);
}
inline void write16(Function f, unsigned offset, std::uint16_t v) {
  out16(select(f, offset), v);
}
inline void write32(Function f, unsigned offset, std::uint32_t v) {
  out32(select(f, offset), v);
}

}  // namespace unpark::guest::pci
