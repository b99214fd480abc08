// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "acpi/bytes.h"

namespace unpark::acpi_test {

// What OVMF does with etc/table-loader, in a memory of our own: every file is loaded at an address
// that is aligned as asked and not one bit better, pointers become addresses, sums are taken over
// what is stored. Anything that OVMF refuses throws std::runtime_error.
class LoaderFirmware {
 public:
  explicit LoaderFirmware(std::map<std::string, Bytes> files) : files_(std::move(files)) {}

  void execute(const Bytes& script);

  struct Loaded {
    std::uint64_t base;
    std::uint32_t alignment;
    Bytes content;
  };
  [[nodiscard]] const Loaded& loaded(const std::string& file) const { return loaded_.at(file); }
  // What the pointers were made to point at, in their order.
  [[nodiscard]] const std::vector<std::uint64_t>& targets() const { return targets_; }
  // Guest memory. Throws outside of what was loaded.
  [[nodiscard]] Bytes memory(std::uint64_t address, std::size_t size) const;
  [[nodiscard]] std::uint64_t number(std::uint64_t address, std::size_t size) const;

 private:
  void allocate(const Bytes& command);
  void add_pointer(const Bytes& command);
  void add_checksum(const Bytes& command);

  std::map<std::string, Bytes> files_;
  std::map<std::string, Loaded> loaded_;
  std::vector<std::uint64_t> targets_;
  std::uint64_t next_ = 0x7e5a1000;
};

}  // namespace unpark::acpi_test
