// SPDX-License-Identifier: Apache-2.0
#include "measure/guest_lines.h"

#include <algorithm>

#include "measure/guest_words.h"

namespace unpark::measure {

namespace {

constexpr std::size_t kMostFailures = 8;
constexpr std::size_t kLongestName = 64;

}  // namespace

void GuestLines::take(std::string_view line) {
  line = without_line_end(line);
  if (!line.starts_with(kGuestPrefix)) return;
  line.remove_prefix(kGuestPrefix.size());
  const std::string_view whole = line;
  const std::string_view kind = next_word(line);
  // The rate of the TSC is told once after a reset.
  if (kind == "CLOCK" && line.starts_with(" tsc mhz=") && has_begun_) restarted_ = true;
  if (restarted_) return;
  bool good = true;
  if (kind == "SAMPLES")
    good = take_samples(line);
  else if (kind == "MEASURED")
    good = take_end(line);
  else if (kind == "CLOCK")
    good = take_clock(line);
  else if (kind == "READY")
    ready_ = true;
  else if (kind == "FAIL" && failures_.size() < kMostFailures)
    failures_.emplace_back(whole.substr(0, 256));
  if (!good) ++malformed_;
}

bool GuestLines::take_samples(std::string_view rest) {
  const std::string_view name = next_word(rest);
  const auto state = value_of(next_word(rest), "state");
  const auto at = number_of<std::uint64_t>(next_word(rest), "at");
  if (name.empty() || name.size() > kLongestName || !at) return false;
  const std::string key = std::string(name) + " " + std::string(state.value_or(""));
  if (key.size() > 2 * kLongestName) return false;
  if (!open_.contains(key) && open_.size() >= kMostSeries) return false;
  bench::Samples& samples = open_[key];
  // Samples before it may have been lost; none may come twice.
  if (*at < samples.size()) return false;
  bench::Samples more;
  for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest)) {
    const auto n = number_in<std::uint64_t>(word);
    if (!n || samples.size() + more.size() >= kMostSamples) return false;
    more.push_back(static_cast<double>(*n));
  }
  samples.insert(samples.end(), more.begin(), more.end());
  return !more.empty();
}

bool GuestLines::take_end(std::string_view rest) {
  const std::string_view name = next_word(rest);
  const auto state = value_of(next_word(rest), "state");
  const auto count = number_of<std::uint64_t>(next_word(rest), "count");
  const auto lost = number_of<std::uint64_t>(next_word(rest), "lost");
  if (name.empty() || name.size() > kLongestName || !count || !lost) return false;
  if (*count > kMostSamples || *lost > kMostSamples || series_.size() >= kMostSeries) return false;
  const std::string state_name(state.value_or("").substr(0, kLongestName));
  auto node = open_.extract(std::string(name) + " " + state_name);
  bench::Samples samples = node ? std::move(node.mapped()) : bench::Samples{};
  if (samples.size() > *count) return false;
  const std::uint64_t missing = *count - samples.size();
  series_.push_back({std::string(name), state_name, std::move(samples), *lost + missing});
  return true;
}

bool GuestLines::take_clock(std::string_view rest) {
  const std::string_view what = next_word(rest);
  if (what == "tsc") {
    const auto mhz = number_of<std::uint64_t>(next_word(rest), "mhz");
    if (!mhz || *mhz > 100'000) return false;
    has_begun_ = true;
    return true;
  }
  if (what != "tsc-offset") return true;
  (void)next_word(rest);
  const auto low = number_of<std::int64_t>(next_word(rest), "low");
  const auto high = number_of<std::int64_t>(next_word(rest), "high");
  if (!low || !high) return false;
  tsc_offset_ = {std::min(*low, tsc_offset_.low), std::max(*high, tsc_offset_.high), true};
  return true;
}

}  // namespace unpark::measure
