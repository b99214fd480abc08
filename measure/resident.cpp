// SPDX-License-Identifier: Apache-2.0
#include "measure/resident.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string>
#include <string_view>

namespace unpark::measure {

namespace {

// An allocator may round up to huge pages.
constexpr std::uint64_t kSlackKib = 4096;

// "Rss:      12 kB"
std::optional<std::uint64_t> kib_of(std::string_view line, std::string_view key) {
  if (!line.starts_with(key)) return std::nullopt;
  line.remove_prefix(key.size());
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  std::uint64_t n = 0;
  const auto r = std::from_chars(line.data(), line.data() + line.size(), n);
  if (r.ec != std::errc{}) return std::nullopt;
  return n;
}

}  // namespace

std::optional<std::uint64_t> resident_beyond_ram(std::istream& smaps, std::uint64_t ram_kib) {
  std::uint64_t size = 0, total = 0;
  unsigned ram_mappings = 0;
  for (std::string line; std::getline(smaps, line);) {
    if (const auto kib = kib_of(line, "Size:")) {
      size = *kib;
      if (size >= ram_kib && size <= ram_kib + kSlackKib) ++ram_mappings;
    } else if (const auto rss = kib_of(line, "Rss:")) {
      if (size < ram_kib || size > ram_kib + kSlackKib) total += *rss;
    }
  }
  if (ram_mappings != 1) return std::nullopt;
  return total;
}

std::optional<std::uint64_t> resident_beyond_ram(pid_t pid, std::uint64_t ram_kib) {
  std::ifstream smaps(fmt::format("/proc/{}/smaps", pid));
  return resident_beyond_ram(smaps, ram_kib);
}

}  // namespace unpark::measure
