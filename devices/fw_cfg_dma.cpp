// SPDX-License-Identifier: Apache-2.0
#include "devices/fw_cfg_dma.h"

#include <algorithm>
#include <array>
#include <limits>

#include "devices/fw_cfg_spec.h"

namespace unpark {
namespace {

namespace s = spec::fw_cfg::dma;

std::uint64_t big_endian(std::span<const std::byte> from, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (const std::byte b : from.subspan(at, size))
    value = value << 8 | std::to_integer<std::uint64_t>(b);
  return value;
}

}  // namespace

std::optional<FwCfgDescriptor> read_fw_cfg_descriptor(DmaMemory& memory, Gpa at) {
  std::array<std::byte, s::kSize> raw{};
  if (!memory.read(at, raw)) return std::nullopt;
  return FwCfgDescriptor{static_cast<std::uint32_t>(big_endian(raw, s::kControlAt, 4)),
                         static_cast<std::uint32_t>(big_endian(raw, s::kLengthAt, 4)),
                         Gpa{big_endian(raw, s::kAddressAt, 8)}};
}

void finish_fw_cfg_descriptor(DmaMemory& memory, Gpa at, bool ok) {
  std::array<std::byte, 4> control{};
  if (!ok) control[3] = static_cast<std::byte>(s::Error::kMask);
  (void)memory.write(at + s::kControlAt, control);
}

bool copy_fw_cfg_to_guest(DmaMemory& memory, Gpa to, std::span<const std::byte> from,
                          std::uint32_t length) {
  if (length > std::numeric_limits<std::uint64_t>::max() - to.value) return false;
  const auto data = from.first(std::min<std::size_t>(from.size(), length));
  if (!data.empty() && !memory.write(to, data)) return false;
  static constexpr std::array<std::byte, 4096> kZeros{};
  for (std::uint64_t done = data.size(); done < length;) {
    const auto chunk = std::min<std::uint64_t>(kZeros.size(), length - done);
    if (!memory.write(to + done, std::span(kZeros).first(chunk))) return false;
    done += chunk;
  }
  return true;
}

}  // namespace unpark
