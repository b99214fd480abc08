// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <limits>

#include "devices/result.h"

namespace unpark {

enum class RangeError { kEmpty, kWraps };

// [first, last] of an address space: never empty, never wrapping. After make() nobody checks again.
template <class Addr>
class Range {
 public:
  static constexpr Result<Range, RangeError> make(Addr base, std::uint64_t size) {
    constexpr std::uint64_t kTop = std::numeric_limits<decltype(base.value)>::max();
    if (size == 0) return Unexpected{RangeError::kEmpty};
    if (size - 1 > kTop - base.value) return Unexpected{RangeError::kWraps};
    return Range{base.value, base.value + (size - 1)};
  }
  [[nodiscard]] constexpr bool contains(Addr a) const {
    return first_ <= a.value && a.value <= last_;
  }
  [[nodiscard]] constexpr bool overlaps(Range o) const {
    return first_ <= o.last_ && o.first_ <= last_;
  }
  [[nodiscard]] constexpr std::uint64_t first() const { return first_; }
  [[nodiscard]] constexpr std::uint64_t last() const { return last_; }

 private:
  constexpr Range(std::uint64_t first, std::uint64_t last) : first_(first), last_(last) {}
  std::uint64_t first_, last_;
};

}  // namespace unpark
