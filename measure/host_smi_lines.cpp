// SPDX-License-Identifier: Apache-2.0
#include "measure/host_smi_lines.h"

#include "measure/guest_words.h"

namespace unpark::measure {

namespace {

constexpr std::uint64_t kMostCycles = std::uint64_t{1} << 50;

}  // namespace

std::optional<HostSmi> HostSmiLines::take(std::string_view line, Nanoseconds arrived,
                                          std::uint64_t mhz) {
  line = without_line_end(line);
  if (line.empty()) last_empty_ = arrived;
  if (!line.starts_with(kGuestPrefix)) return std::nullopt;
  line.remove_prefix(kGuestPrefix.size());
  if (next_word(line) != "CLOCK") return std::nullopt;
  const std::string_view what = next_word(line);
  if (what == "host-smis") waiting_ = true;
  if (what != "host-smi") return std::nullopt;
  const auto now = number_of<std::uint64_t>(next_word(line), "now");
  const auto entered = number_of<std::uint64_t>(next_word(line), "entered");
  if (!now || !entered || *entered == 0 || *entered > *now || *now - *entered > kMostCycles ||
      mhz == 0)
    return HostSmi{};
  return HostSmi{last_empty_ -
                 Nanoseconds{static_cast<std::int64_t>((*now - *entered) * 1000 / mhz)}};
}

}  // namespace unpark::measure
