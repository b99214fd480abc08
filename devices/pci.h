// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "devices/pci_spec.h"
#include "devices/register_table.h"
#include "devices/result.h"

namespace unpark {

// One function on the PCI bus. Called on any vCPU thread, possibly on several at once.
// `offset` is 0-4095, `width` 1, 2 or 4, and the access lies within one dword; whoever calls has
// seen to that. There is no way to refuse: what a function does not have reads as it says.
class PciFunction {
 public:
  virtual ~PciFunction() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  virtual std::uint32_t config_read(std::uint16_t offset, std::uint8_t width) = 0;
  virtual void config_write(std::uint16_t offset, std::uint8_t width, std::uint32_t value) = 0;
};

struct PciAddress {
  std::uint8_t bus = 0;
  std::uint8_t device = 0;    // 0-31
  std::uint8_t function = 0;  // 0-7
  // As configuration addresses order them.
  [[nodiscard]] constexpr unsigned number() const {
    return static_cast<unsigned>(bus << 8 | device << 3 | function);
  }
  friend constexpr bool operator<(PciAddress a, PciAddress b) { return a.number() < b.number(); }
};

// What is plugged where. Filled while the board is wired, then shared read-only by the two ways of
// configuration access: no lock.
class PciTopology {
 public:
  struct Conflict {
    std::string present, added;  // names of the two functions
  };
  Result<Done, Conflict> plug(PciAddress at, std::shared_ptr<PciFunction> function);
  // Null: nobody there.
  [[nodiscard]] PciFunction* find(PciAddress at) const;

 private:
  std::map<PciAddress, std::shared_ptr<PciFunction>> functions_;
};

// All ones in `width` bytes: what an absent function reads as.
constexpr std::uint32_t pci_ones(std::uint8_t width) {
  return static_cast<std::uint32_t>((std::uint64_t{1} << (8 * width)) - 1);
}

// The access lies within one dword, as a single bus cycle must.
constexpr bool pci_fits_a_dword(std::uint32_t offset, std::uint8_t width) {
  return (width == 1 || width == 2 || width == 4) && offset % 4 + width <= 4;
}

// Who the function is. PCI Local Bus 3.0, 6.2.1.
struct PciIdentity {
  std::uint16_t vendor = 0;
  std::uint16_t device = 0;
  std::uint32_t class_code = 0;  // 24 bits: class, subclass, interface
  std::uint8_t revision = 0;
  std::uint8_t header_type = 0;
};

// The 256 bytes of a conventional function, with a reset value, a writable mask and a
// write-1-to-clear mask for each. A plain value: the owner's lock covers it. Past the end it reads
// all ones, so that software sees a function without extended space.
class PciConfigSpace {
 public:
  // What is in neither `identity` nor `registers` is read-only zero.
  PciConfigSpace(const PciIdentity& identity, std::span<const RegisterInfo> registers);
  // Everything from `first` to the end is plain storage, except what `registers` has. Before use.
  void make_plain_storage(std::uint16_t first, std::span<const RegisterInfo> except);

  [[nodiscard]] std::uint32_t read(std::uint16_t offset, std::uint8_t width) const;
  void write(std::uint16_t offset, std::uint8_t width, std::uint32_t value);
  void reset();

  // The device's own access: no masks. `width` bytes at `offset` must exist.
  [[nodiscard]] std::uint32_t get(std::uint16_t offset, std::uint8_t width) const;
  void put(std::uint16_t offset, std::uint8_t width, std::uint32_t value);

 private:
  using Bytes = std::array<std::uint8_t, spec::pci::kConventionalSize>;
  static void store(Bytes& into, std::uint16_t offset, std::uint8_t width, std::uint32_t value);

  // Configuration.
  Bytes reset_{}, writable_{}, w1c_{};
  // State.
  Bytes now_{};
};

}  // namespace unpark
