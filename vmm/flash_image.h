// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace unpark {

// The bytes of a flash image: its own, or ones that are part of the program and need no copy.
class FlashImage {
 public:
  FlashImage() = default;
  explicit(false) FlashImage(std::vector<std::byte> bytes) : own_(std::move(bytes)) {}
  static FlashImage part_of_program(std::span<const std::byte> bytes) {
    FlashImage image;
    image.program_ = bytes;
    return image;
  }

  [[nodiscard]] std::span<const std::byte> bytes() const {
    return program_.empty() ? std::span<const std::byte>(own_) : program_;
  }

 private:
  std::vector<std::byte> own_;
  std::span<const std::byte> program_;
};

}  // namespace unpark
