// SPDX-License-Identifier: Apache-2.0
#include "vmm/cli_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "vmm/machine_config.h"
#include "vmm/q35_map.h"
#include "vmm/tseg_size.h"

namespace unpark::cli {

namespace {

// All of `text` as a decimal number; one that is too large for any type is the largest there is.
bool parse_number(std::string_view text, std::uint64_t& out) {
  const auto r = std::from_chars(text.data(), text.data() + text.size(), out);
  const bool huge = r.ec == std::errc::result_out_of_range;
  if (huge) out = std::numeric_limits<std::uint64_t>::max();
  return (huge || r.ec == std::errc{}) && r.ptr == text.data() + text.size() && !text.empty();
}

}  // namespace

Result<CpuCounts, Error> parse_cpus(const std::string& text, std::uint32_t most) {
  const auto refuse = [&](const std::string& why) {
    return Unexpected{Error{fmt::format("--cpus {}: {}", text, why)}};
  };
  constexpr std::string_view kMax = ",max=";
  const auto comma = text.find(',');
  std::uint64_t cpus = 0;
  if (!parse_number(std::string_view(text).substr(0, comma), cpus))
    return refuse("expected N or N,max=M");
  std::uint64_t max = cpus;
  if (comma != std::string::npos &&
      (text.compare(comma, kMax.size(), kMax) != 0 ||
       !parse_number(std::string_view(text).substr(comma + kMax.size()), max)))
    return refuse("expected N or N,max=M");
  if (cpus == 0) return refuse("a machine needs at least one CPU");
  if (std::max(cpus, max) == std::numeric_limits<std::uint64_t>::max())
    return refuse(fmt::format("more than the {} possible here", most));
  if (max < cpus)
    return refuse(fmt::format("max={} is less than the {} CPUs it starts with", max, cpus));
  if (max > most) return refuse(fmt::format("max={} is more than the {} possible here", max, most));
  return CpuCounts{static_cast<std::uint32_t>(cpus), static_cast<std::uint32_t>(max)};
}

namespace {

// "512M", "4G", "4096" (MiB): bytes, a multiple of 1 MiB. The error is why not.
Result<std::uint64_t, Error> parse_size(const std::string& text) {
  std::string_view digits = text;
  std::uint64_t unit = q35::kMiB;
  if (!digits.empty()) {
    const char last = digits.back();
    const bool suffix =
        last == 'K' || last == 'k' || last == 'M' || last == 'm' || last == 'G' || last == 'g';
    if (last == 'K' || last == 'k') unit = 1024;
    if (last == 'G' || last == 'g') unit = q35::kGiB;
    if (suffix) digits.remove_suffix(1);
  }
  std::uint64_t n = 0;
  if (!parse_number(digits, n)) return Unexpected{Error{"expected a size such as 512M or 4G"}};
  if (n > (std::uint64_t{1} << 52) / unit) return Unexpected{Error{"more than any machine has"}};
  if (n * unit % q35::kMiB != 0) return Unexpected{Error{"is not a multiple of 1 MiB"}};
  return n * unit;
}

}  // namespace

Result<std::uint64_t, Error> parse_memory(const std::string& text, std::uint64_t host_memory) {
  const auto refuse = [&](const std::string& why) {
    return Unexpected{Error{fmt::format("--memory {}: {}", text, why)}};
  };
  const auto bytes = parse_size(text);
  if (!bytes) return refuse(bytes.error().message);
  if (*bytes < kMinMemory)
    return refuse(fmt::format("the machine needs at least {} MiB", kMinMemory / q35::kMiB));
  if (*bytes > host_memory)
    return refuse(fmt::format("the host has only {} MiB", host_memory / q35::kMiB));
  return *bytes;
}

Result<std::uint32_t, Error> parse_tseg(const std::string& text) {
  if (text == "auto") return 0u;
  const auto bytes = parse_size(text);
  if (!bytes) return Unexpected{Error{fmt::format("--tseg {}: {}", text, bytes.error().message)}};
  const std::uint64_t mib = *bytes / q35::kMiB;
  if (mib < kMinTsegMib || mib > kMaxTsegMib)
    return Unexpected{Error{
        fmt::format("--tseg {}: must be {} to {} MiB, or auto", text, kMinTsegMib, kMaxTsegMib)}};
  return static_cast<std::uint32_t>(mib);
}

Result<std::string, Error> parse_control(const std::string& text) {
  constexpr std::string_view kUnix = "unix:";
  if (!text.starts_with(kUnix) || text.size() == kUnix.size())
    return Unexpected{Error{fmt::format("--control {}: expected unix:PATH", text)}};
  return text.substr(kUnix.size());
}

Result<SerialOption, Error> parse_serial(const std::string& text) {
  constexpr std::string_view kFile = "file:";
  if (text == "none") return SerialOption{};
  if (text == "stdio") return SerialOption{SerialOption::Kind::kStdio, {}};
  if (text.starts_with(kFile) && text.size() > kFile.size())
    return SerialOption{SerialOption::Kind::kFile, text.substr(kFile.size())};
  return Unexpected{Error{fmt::format("--serial {}: expected stdio, file:PATH or none", text)}};
}

}  // namespace unpark::cli
