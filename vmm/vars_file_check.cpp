// SPDX-License-Identifier: Apache-2.0
#include "vmm/vars_file_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

#include "vmm/q35_map.h"

namespace unpark {
namespace {

// EFI_FIRMWARE_VOLUME_HEADER, PI 1.7 vol. 3, 3.2.1.
constexpr std::size_t kGuidAt = 16, kLengthAt = 32, kSignatureAt = 40, kHeaderLengthAt = 48;
constexpr std::size_t kLeastHeader = 56;
constexpr std::uint64_t kBlock = 4096;

using Guid = std::array<std::uint8_t, 16>;
// EFI_SYSTEM_NV_DATA_FV_GUID, fff12b8d-7696-4c8b-a985-2747075b4f50, as it lies in memory.
constexpr Guid kVariables = {0x8d, 0x2b, 0xf1, 0xff, 0x96, 0x76, 0x8b, 0x4c,
                             0xa9, 0x85, 0x27, 0x47, 0x07, 0x5b, 0x4f, 0x50};

std::uint64_t number(std::span<const std::byte> image, std::size_t at, unsigned bytes) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < bytes; ++i)
    value |= std::to_integer<std::uint64_t>(image[at + i]) << 8 * i;
  return value;
}

bool all(std::span<const std::byte> bytes, std::byte b) {
  return std::ranges::all_of(bytes, [b](std::byte x) { return x == b; });
}

bool has_signature(std::span<const std::byte> image) {
  return number(image, kSignatureAt, 4) == 0x4856465f;  // "_FVH"
}

bool has_guid(std::span<const std::byte> image, const Guid& guid) {
  return std::ranges::equal(image.subspan(kGuidAt, guid.size()), guid,
                            [](std::byte a, std::uint8_t b) { return a == std::byte{b}; });
}

// The CPU's first instructions are the last 16 bytes below 4 GiB.
bool ends_in_reset_vector(std::span<const std::byte> image) {
  const auto last = image.last(16);
  return !all(last, std::byte{0xff}) && !all(last, std::byte{0x00});
}

// Why the two do not fit together.
std::string refuse_pair(std::uint64_t size, std::uint64_t code_size) {
  const std::uint64_t most = q35::kMaxFlash - std::min(code_size, q35::kMaxFlash);
  if (size > most)
    return fmt::format("has {} bytes; beside {} bytes of firmware code the flash holds at most {}",
                       size, code_size, most);
  // OVMF has the addresses of both parts built in, for a flash of 1, 2, 4 or 8 MiB. With the VARS
  // of another build the variables lie elsewhere, and the firmware stops without a word.
  if (code_size != 0 && !std::has_single_bit(code_size + size))
    return fmt::format(
        "has {} bytes, but the firmware's code of {} bytes goes with a VARS file of {}; give the "
        "one of the same build",
        size, code_size, std::bit_ceil(code_size + 1) - code_size);
  return {};
}

std::string refuse_header(std::span<const std::byte> image) {
  const bool volume = has_signature(image);
  if (!volume || !has_guid(image, kVariables))
    return volume || ends_in_reset_vector(image)
               ? "is firmware code (CODE), not variables: give it as the firmware, and here the "
                 "VARS file that belongs to it"
               : "does not begin with a UEFI variable volume: give the VARS file that belongs to "
                 "the firmware";
  const std::uint64_t length = number(image, kLengthAt, 8);
  if (length < image.size() && ends_in_reset_vector(image))
    return fmt::format(
        "is a whole firmware, code included: its variables end after {} of its {} bytes; give the "
        "VARS file alone",
        length, image.size());
  if (length != image.size())
    return fmt::format(
        "has {} bytes, but its header says {}: truncated or damaged; copy the "
        "template of the firmware again",
        image.size(), length);
  const std::uint64_t header = number(image, kHeaderLengthAt, 2);
  if (header < kLeastHeader || header % 2 != 0 || header > kBlock)
    return fmt::format(
        "has a volume header of {} bytes: damaged; copy the template of the "
        "firmware again",
        header);
  // 3.2.1: all 16-bit words of the header add up to 0. ZeroVector, its first 16 bytes, is 0.
  std::uint16_t sum = 0;
  for (std::size_t at = 0; at < header; at += 2)
    sum = static_cast<std::uint16_t>(sum + number(image, at, 2));
  if (sum != 0 || !all(image.first(kGuidAt), std::byte{0}))
    return fmt::format(
        "has a damaged volume header (its words add up to 0x{:04x}, not to 0); copy "
        "the template of the firmware again",
        sum);
  return {};
}

}  // namespace

std::string refuse_vars_size(std::uint64_t size) {
  if (size == 0) return "is empty; give the VARS file that belongs to the firmware";
  if (size % kBlock != 0)
    return fmt::format(
        "has {} bytes, which is not a multiple of 4 KiB: truncated, or not a VARS file", size);
  if (size > q35::kMaxFlash)
    return fmt::format("has {} bytes; the flash holds at most {}", size, q35::kMaxFlash);
  return {};
}

std::string refuse_vars(std::span<const std::byte> image, std::uint64_t code_size) {
  // A first block that is erased is no damage: firmware that was stopped while it rewrote its
  // variables leaves it so, and puts it right by itself.
  if (!is_blank_flash(image.first(kBlock)))
    if (std::string why = refuse_header(image); !why.empty()) return why;
  return refuse_pair(image.size(), code_size);
}

std::string refuse_code(std::span<const std::byte> image) {
  const bool volume = has_signature(image);
  const std::uint64_t length = number(image, kLengthAt, 8);
  if (volume && length > image.size())
    return fmt::format(
        "has {} bytes, but its first volume says {}: truncated; copy it from the package again",
        image.size(), length);
  if (ends_in_reset_vector(image)) return {};
  if (volume && has_guid(image, kVariables))
    return "holds the firmware's variables (VARS), not its code: give it with --vars, and here the "
           "CODE file that belongs to it";
  return "has no code in its last 16 bytes, where a CPU starts: truncated, or not a flash image";
}

bool is_blank_flash(std::span<const std::byte> image) {
  return all(image, std::byte{0xff});
}

}  // namespace unpark
