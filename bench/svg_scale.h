// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

// Axes: which value is drawn where, and which values are written beside it.
namespace unpark::bench {

// A value from `low` to `high` becomes a place from `from` to `to`; what is beyond stays at the
// end.
class Scale {
 public:
  enum class Kind { kLinear, kLog };
  // low < high; above zero for kLog. `from` may be greater than `to`: y grows downwards.
  Scale(Kind kind, double low, double high, double from, double to);
  [[nodiscard]] double operator()(double value) const;
  [[nodiscard]] double low() const { return low_; }
  [[nodiscard]] double high() const { return high_; }

 private:
  Kind kind_;
  double low_, high_, from_, to_;
};

struct Tick {
  double value;
  std::string label;
};

// Round values from `low` to `high`, about `wanted` of them: multiples of 1, 2 or 5 times a power
// of ten.
std::vector<Tick> linear_ticks(double low, double high, int wanted);

// For a logarithmic axis: powers of ten when there are many, with 2 and 5 when there are few, and
// round steps when the whole axis spans less than a factor of three.
std::vector<Tick> log_ticks(double low, double high);

}  // namespace unpark::bench
