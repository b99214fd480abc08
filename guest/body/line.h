// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace unpark::guest {

// One line of text, built without allocation. What does not fit is cut off.
class Line {
 public:
  constexpr Line& text(std::string_view s) {
    for (const char c : s)
      if (size_ < buffer_.size()) buffer_[size_++] = c;
    return *this;
  }
  constexpr Line& dec(std::uint64_t v) {
    std::array<char, 20> digits{};
    std::size_t at = digits.size();
    do {
      digits[--at] = static_cast<char>('0' + v % 10);
      v /= 10;
    } while (v != 0);
    return text({digits.data() + at, digits.size() - at});
  }
  constexpr Line& hex(std::uint64_t v) {
    std::array<char, 16> digits{};
    std::size_t at = digits.size();
    do {
      digits[--at] = "0123456789abcdef"[v & 0xf];
      v >>= 4;
    } while (v != 0);
    return text("0x").text({digits.data() + at, digits.size() - at});
  }
  // With its sign, always: an offset in time.
  constexpr Line& offset(std::int64_t v) {
    const auto magnitude = static_cast<std::uint64_t>(v);
    return v < 0 ? text("-").dec(std::uint64_t{0} - magnitude) : text("+").dec(magnitude);
  }
  [[nodiscard]] constexpr std::string_view view() const { return {buffer_.data(), size_}; }

 private:
  std::array<char, 240> buffer_{};
  std::size_t size_ = 0;
};

}  // namespace unpark::guest
