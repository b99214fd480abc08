// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string_view>

namespace unpark::guest {

// The words of fw_cfg file opt/org.unpark/guest, separated by blanks, commas or newlines. Unknown
// words are counted, so that a typing error does not pass for a test.
struct Options {
  bool attack = false;
  bool hostile_smi = false;
  bool quiet = false;           // no STEP lines
  std::uint32_t work = 4;       // rounds of work that a hot-added CPU does
  std::uint32_t smi_bench = 0;  // SMIs to time before the guest is ready
  // unpark bench, before the guest is ready (os/smi_bench.h). 0 samples: no bench.
  std::uint32_t bench_samples = 0;
  std::uint32_t bench_warmup = 16;
  bool bench_halted = false, bench_user = false, bench_pio = false;  // what the other CPUs do
  bool bench_directed = false;
  bool bench_host = false;  // before these, as many SMIs that the host orders
  // SMM only meets and leaves, and asks nobody for work: CPUs that are hot-added stay parked.
  bool empty_handler = false;
  bool bench_clock = false;  // hot-adds are told with what sets the TSC against another clock
  std::uint32_t unknown = 0;
};

inline constexpr char kOptionsFile[] = "opt/org.unpark/guest";

constexpr bool parse_number(std::string_view text, std::uint32_t& value) {
  if (text.empty() || text.size() > 9) return false;
  std::uint32_t v = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    v = v * 10 + static_cast<std::uint32_t>(c - '0');
  }
  value = v;
  return true;
}

constexpr void apply_option(std::string_view word, Options& o) {
  const auto number = [&](std::string_view key, std::uint32_t& value) {
    std::string_view rest = word;
    if (!rest.starts_with(key)) return false;
    rest.remove_prefix(key.size());  // substr() may throw, and there is nobody here to catch
    return parse_number(rest, value);
  };
  if (word == "attack") {
    o.attack = true;
  } else if (word == "hostile-smi") {
    o.hostile_smi = true;
  } else if (word == "quiet") {
    o.quiet = true;
  } else if (word == "bench-halted") {
    o.bench_halted = true;
  } else if (word == "bench-user") {
    o.bench_user = true;
  } else if (word == "bench-pio") {
    o.bench_pio = true;
  } else if (word == "bench-clock") {
    o.bench_clock = true;
  } else if (word == "bench-directed") {
    o.bench_directed = true;
  } else if (word == "bench-host") {
    o.bench_host = true;
  } else if (word == "empty-handler") {
    o.empty_handler = true;
  } else if (!number("work=", o.work) && !number("smi-bench=", o.smi_bench) &&
             !number("bench-samples=", o.bench_samples) &&
             !number("bench-warmup=", o.bench_warmup)) {
    ++o.unknown;
  }
}

constexpr bool separates(char c) {
  return c == ' ' || c == ',' || c == '\n' || c == '\r' || c == '\t' || c == '\0';
}

constexpr Options parse_options(std::string_view text) {
  Options o;
  while (!text.empty()) {
    std::size_t length = 0;
    while (length < text.size() && !separates(text[length])) ++length;
    if (length != 0) apply_option(text.substr(0, length), o);
    text.remove_prefix(length < text.size() ? length + 1 : length);
  }
  return o;
}

}  // namespace unpark::guest
