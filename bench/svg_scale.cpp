// SPDX-License-Identifier: Apache-2.0
#include "bench/svg_scale.h"

#include <algorithm>
#include <cmath>

#include "bench/wording.h"

namespace unpark::bench {

Scale::Scale(Kind kind, double low, double high, double from, double to)
    : kind_(kind), low_(low), high_(high), from_(from), to_(to) {}

double Scale::operator()(double value) const {
  const double v = std::clamp(value, low_, high_);
  const double share = kind_ == Kind::kLog
                           ? (std::log(v) - std::log(low_)) / (std::log(high_) - std::log(low_))
                           : (v - low_) / (high_ - low_);
  return from_ + share * (to_ - from_);
}

std::vector<Tick> linear_ticks(double low, double high, int wanted) {
  std::vector<Tick> ticks;
  const double raw = (high - low) / wanted;
  if (!(raw > 0) || !std::isfinite(raw)) return ticks;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  const double lead = raw / power;
  const double step = power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
  // Counted in whole steps: adding up would drift, and might never end.
  const double first = std::ceil(low / step - 1e-9), last = std::floor(high / step + 1e-9);
  for (double i = first; i <= last && ticks.size() < 50; ++i)
    ticks.push_back({i * step, round_figure(i * step)});
  return ticks;
}

std::vector<Tick> log_ticks(double low, double high) {
  if (high / low < 3) return linear_ticks(low, high, 4);
  std::vector<Tick> ticks;
  const double decades = std::log10(high) - std::log10(low);  // high / low may overflow
  const int stride = std::max(1, static_cast<int>(std::ceil(decades / 6)));
  const auto first = static_cast<int>(std::floor(std::log10(low)));
  const auto last = static_cast<int>(std::ceil(std::log10(high)));
  for (int exponent = first; exponent <= last; exponent += stride)
    for (const double lead : {1.0, 2.0, 5.0}) {
      if (lead > 1 && decades > 3) break;
      const double value = lead * std::pow(10, exponent);
      if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9))
        ticks.push_back({value, round_figure(value)});
    }
  return ticks;
}

}  // namespace unpark::bench
