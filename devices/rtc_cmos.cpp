// SPDX-License-Identifier: Apache-2.0
#include "devices/rtc_cmos.h"

#include <algorithm>

namespace unpark {
namespace {

namespace s = spec::rtc;

constexpr std::uint64_t kKiB = 1 << 10, kMiB = 1 << 20;

// Little endian.
void put(CmosBytes& cmos, std::size_t at, std::size_t bytes, std::uint64_t value) {
  const std::uint64_t most = ~std::uint64_t{0} >> (64 - 8 * bytes);
  value = std::min(value, most);
  for (std::size_t i = 0; i < bytes; ++i)
    cmos[at + i] = static_cast<std::uint8_t>(value >> (8 * i) & 0xff);
}

constexpr std::uint64_t above(std::uint64_t size, std::uint64_t start) {
  return size > start ? size - start : 0;
}

}  // namespace

CmosBytes cmos_for_memory(CmosMemory memory) {
  CmosBytes cmos{};
  put(cmos, s::kBaseMemoryLow, 2, std::min<std::uint64_t>(memory.low / kKiB, 640));
  put(cmos, s::kExtendedMemoryLow, 2, above(memory.low, kMiB) / kKiB);
  put(cmos, s::kExtendedMemory2Low, 2, above(memory.low, kMiB) / kKiB);
  put(cmos, s::kMemoryAbove16MiBLow, 2, above(memory.low, 16 * kMiB) / (64 * kKiB));
  put(cmos, s::kMemoryAbove4GiBLow, 3, memory.high / (64 * kKiB));

  unsigned sum = 0;
  for (std::size_t i = s::kChecksummedFirst; i <= s::kChecksummedLast; ++i) sum += cmos[i];
  cmos[s::kChecksumHigh] = static_cast<std::uint8_t>(sum >> 8);
  cmos[s::kChecksumLow] = static_cast<std::uint8_t>(sum & 0xff);
  return cmos;
}

}  // namespace unpark
