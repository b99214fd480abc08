// SPDX-License-Identifier: Apache-2.0
#include "measure/guest_lines.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace unpark::measure {

namespace {

constexpr std::string_view kPrefix = "unpark-guest: ";
constexpr std::size_t kMostFailures = 8;
constexpr std::size_t kLongestName = 64;

std::string_view next_word(std::string_view& text) {
  const std::size_t begin = std::min(text.find_first_not_of(' '), text.size());
  text.remove_prefix(begin);
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  if constexpr (std::is_signed_v<Number>)
    if (text.starts_with('+')) text.remove_prefix(1);
  Number n{};
  const auto r = std::from_chars(text.data(), text.data() + text.size(), n);
  if (r.ec != std::errc{} || r.ptr != text.data() + text.size()) return std::nullopt;
  return n;
}

// "KEY=VALUE": the value.
std::optional<std::string_view> value_of(std::string_view word, std::string_view key) {
  if (!word.starts_with(key) || word.size() <= key.size() || word[key.size()] != '=')
    return std::nullopt;
  return word.substr(key.size() + 1);
}

template <class Number>
std::optional<Number> number_of(std::string_view word, std::string_view key) {
  const auto value = value_of(word, key);
  return value ? number_in<Number>(*value) : std::nullopt;
}

}  // namespace

void GuestLines::take(std::string_view line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  if (!line.starts_with(kPrefix)) return;
  line.remove_prefix(kPrefix.size());
  const std::string_view whole = line;
  const std::string_view kind = next_word(line);
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
    tsc_mhz_ = *mhz;
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
