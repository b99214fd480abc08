// SPDX-License-Identifier: Apache-2.0
#include "devices/fw_cfg_dma.h"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

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

bool copy_fw_cfg_to_guest(
    DmaMemory& memory, Gpa to, std::uint32_t length, std::size_t size,
    const std::function<void(std::size_t at, std::span<std::byte> into)>& read) {
  if (length > std::numeric_limits<std::uint64_t>::max() - to.value) return false;
  // Large enough for a file to be read at speed, small enough not to be noticed in memory.
  constexpr std::size_t kPiece = 256 << 10;
  std::vector<std::byte> buffer(std::min<std::size_t>(length, kPiece));
  for (std::uint64_t done = 0; done < length;) {
    const auto piece =
        std::span(buffer).first(std::min<std::uint64_t>(buffer.size(), length - done));
    const std::size_t data = done < size ? std::min<std::size_t>(piece.size(), size - done) : 0;
    if (data != 0) read(done, piece.first(data));
    std::fill(piece.begin() + static_cast<std::ptrdiff_t>(data), piece.end(), std::byte{0});
    if (!memory.write(to + done, piece)) return false;
    done += piece.size();
  }
  return true;
}

}  // namespace unpark
