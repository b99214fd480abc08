// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "devices/cfi_flash.h"

namespace unpark::test {

// Four blocks of 4 KiB and a host that writes down what it was asked, and keeps what was stored.
class RecordingFlashHost final : public CfiFlashHost {
 public:
  explicit RecordingFlashHost(const std::vector<std::byte>& array) : array_(array), file(array) {}

  void array_mode(bool on) override { modes.push_back(on); }
  bool store(std::size_t first, std::size_t size) override {
    stores.emplace_back(first, size);
    if (disk_full) return false;
    const auto from = array_.begin() + static_cast<std::ptrdiff_t>(first);
    std::copy_n(from, size, file.begin() + static_cast<std::ptrdiff_t>(first));
    return true;
  }

 private:
  const std::vector<std::byte>& array_;

 public:
  using Stores = std::vector<std::pair<std::size_t, std::size_t>>;
  std::vector<std::byte> file;
  std::vector<bool> modes;
  Stores stores;
  bool disk_full = false;
};

struct CfiFlashFixture : testing::Test {
  using Bytes = std::vector<std::uint8_t>;
  // No byte is 00h, 50h, 70h or FFh, and neighbours differ.
  static std::vector<std::byte> pattern() {
    std::vector<std::byte> bytes(0x4000);
    for (std::size_t i = 0; i < bytes.size(); ++i)
      bytes[i] = static_cast<std::byte>(0xa1 + (i * 7 + i / 0x1000) % 0x20);
    return bytes;
  }

  std::vector<std::byte> array = pattern();
  RecordingFlashHost host{array};
  CfiFlash flash{array, host};

  static Access smm(std::uint32_t offset, std::uint8_t width = 1) {
    return {.offset = offset, .width = width, .in_smm = true};
  }
  static Access os(std::uint32_t offset, std::uint8_t width = 1) {
    return {.offset = offset, .width = width, .in_smm = false};
  }
  void write(std::uint32_t offset, std::uint8_t value) {
    EXPECT_TRUE(flash.write(smm(offset), value));
  }
  std::uint64_t read(Access at) {
    const auto r = flash.read(at);
    EXPECT_TRUE(r);
    return r ? *r : ~std::uint64_t{0};
  }
  std::uint64_t read(std::uint32_t offset) { return read(smm(offset)); }
  std::uint64_t status() {
    write(0, 0x70);
    return read(0);
  }
  void program(std::uint32_t offset, const Bytes& bytes) {
    for (const std::uint8_t b : bytes) {
      write(offset, 0x10);
      write(offset++, b);
    }
  }
  void erase(std::uint32_t offset) {
    write(offset, 0x20);
    write(offset, 0xd0);
  }
  [[nodiscard]] std::uint8_t in_array(std::size_t at) const {
    return std::to_integer<std::uint8_t>(array[at]);
  }
  // Block `index` of `bytes` holds FFh only.
  static bool blank(const std::vector<std::byte>& bytes, std::size_t index) {
    const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(index * 0x1000);
    return std::all_of(first, first + 0x1000, [](std::byte b) { return b == std::byte{0xff}; });
  }
};

}  // namespace unpark::test
