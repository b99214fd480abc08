// SPDX-License-Identifier: Apache-2.0
#include "measure/hot_add_lines.h"

#include <utility>

#include "measure/guest_words.h"

namespace unpark::measure {

namespace {

constexpr std::uint64_t kMostCycles = std::uint64_t{1} << 50;

}  // namespace

std::optional<HotAdd> HotAddLines::take(std::string_view line, Nanoseconds arrived) {
  line = without_line_end(line);
  if (line.empty()) last_empty_ = arrived;
  if (!line.starts_with(kGuestPrefix)) return std::nullopt;
  line.remove_prefix(kGuestPrefix.size());
  const std::string_view kind = next_word(line);
  if (kind == "CLOCK" && next_word(line) == "sync") sync(line);
  if (kind == "STEP") step(line);
  if (kind == "FAIL") open_.failed = true;
  if (kind != "DONE") return std::nullopt;
  const auto cpu = number_of<std::uint32_t>(next_word(line), "cpu");
  if (!cpu) return std::nullopt;
  open_.cpu = *cpu;
  first_step_.reset();
  return std::exchange(open_, {});
}

// "now=TSC first=TSC": the TSC at the empty line, and at the first of the steps that follow.
void HotAddLines::sync(std::string_view rest) {
  const auto now = number_of<std::uint64_t>(next_word(rest), "now");
  const auto first = number_of<std::uint64_t>(next_word(rest), "first");
  if (!now || !first || *now < *first || *now - *first > kMostCycles) return;
  first_step_ = last_empty_ - Nanoseconds{static_cast<std::int64_t>((*now - *first) * 1000 / mhz_)};
}

// "07b cpu=1 by=0 tsc=+1234"
void HotAddLines::step(std::string_view rest) {
  const std::string_view label = next_word(rest);
  (void)next_word(rest);
  (void)next_word(rest);
  const auto tsc = number_of<std::int64_t>(next_word(rest), "tsc");
  if (!first_step_ || !tsc || *tsc < 0 || static_cast<std::uint64_t>(*tsc) > kMostCycles) return;
  if (label.size() > 3 || open_.steps.size() >= kMostSteps) return;
  open_.steps[std::string(label)] =
      *first_step_ + Nanoseconds{*tsc * 1000 / static_cast<std::int64_t>(mhz_)};
}

}  // namespace unpark::measure
