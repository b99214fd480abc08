// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "devices/dma_memory.h"

namespace unpark::test {

// Guest RAM at [base, base + size), and nothing else.
class FlatMemory final : public DmaMemory {
 public:
  explicit FlatMemory(std::size_t size, std::uint64_t base = 0) : base_(base), bytes_(size) {}

  bool read(Gpa at, std::span<std::byte> into) override {
    ++reads;
    if (!has(at, into.size())) return false;
    std::copy_n(where(at), into.size(), into.begin());
    return true;
  }
  bool write(Gpa at, std::span<const std::byte> from) override {
    ++writes;
    if (!has(at, from.size())) return false;
    std::copy(from.begin(), from.end(), where(at));
    return true;
  }

  void fill(std::uint8_t with) { std::fill(bytes_.begin(), bytes_.end(), std::byte{with}); }
  void put_big_endian(std::uint64_t at, std::size_t size, std::uint64_t value) {
    for (std::size_t i = size; i-- > 0; value >>= 8)
      *where(Gpa{at + i}) = static_cast<std::byte>(value);
  }
  [[nodiscard]] std::uint64_t big_endian(std::uint64_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
      value = value << 8 | std::to_integer<std::uint64_t>(*where(Gpa{at + i}));
    return value;
  }
  [[nodiscard]] std::vector<std::byte> slice(std::uint64_t at, std::size_t size) {
    const auto from = where(Gpa{at});
    return {from, from + static_cast<std::ptrdiff_t>(size)};
  }

  int reads = 0, writes = 0;  // calls

 private:
  [[nodiscard]] bool has(Gpa at, std::size_t size) const {
    return at.value >= base_ && at.value - base_ <= bytes_.size() &&
           size <= bytes_.size() - (at.value - base_);
  }
  [[nodiscard]] std::vector<std::byte>::iterator where(Gpa at) {
    return bytes_.begin() + static_cast<std::ptrdiff_t>(at.value - base_);
  }
  std::uint64_t base_;
  std::vector<std::byte> bytes_;
};

}  // namespace unpark::test
