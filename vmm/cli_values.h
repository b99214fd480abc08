// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

#include "devices/result.h"
#include "vmm/sys_error.h"

namespace unpark::cli {

// "N" or "N,max=M": 1 <= N <= M <= most. The sentence names what is wrong with which number.
struct CpuCounts {
  std::uint32_t cpus = 1, max_cpus = 1;
};
Result<CpuCounts, Error> parse_cpus(const std::string& text, std::uint32_t most);

// "512M", "4G", "4096" (MiB): bytes. A multiple of 1 MiB, at least kMinMemory, at most what the
// host has.
Result<std::uint64_t, Error> parse_memory(const std::string& text, std::uint64_t host_memory);

// "auto": 0. "16M", "64" (MiB): MiB, kMinTsegMib at least and kMaxTsegMib at most.
Result<std::uint32_t, Error> parse_tseg(const std::string& text);

// "unix:PATH": the path.
Result<std::string, Error> parse_control(const std::string& text);

struct SerialOption {
  enum class Kind { kNone, kStdio, kFile } kind = Kind::kNone;
  std::string path;
};
// "stdio", "file:PATH" or "none".
Result<SerialOption, Error> parse_serial(const std::string& text);

}  // namespace unpark::cli
