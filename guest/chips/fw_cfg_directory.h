// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "devices/fw_cfg_spec.h"

namespace unpark::guest::fw_cfg {

struct FileEntry {
  std::uint32_t size = 0;
  std::uint16_t key = 0;
};

template <class T>
constexpr T big_endian(std::span<const std::uint8_t> bytes, std::size_t at) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value = static_cast<T>(value << 8 | bytes[at + i]);
  return value;
}

template <class T>
constexpr void store_big_endian(std::span<std::uint8_t> bytes, std::size_t at, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i)
    bytes[at + i] = static_cast<std::uint8_t>(value >> (8 * (sizeof(T) - 1 - i)));
}

using RawEntry = std::array<std::uint8_t, spec::fw_cfg::directory::kEntrySize>;

// The name must end in a NUL within its 56 bytes and match as a whole.
constexpr bool has_name(const RawEntry& raw, std::string_view name) {
  namespace directory = spec::fw_cfg::directory;
  if (name.size() >= directory::kNameSize) return false;
  for (std::size_t i = 0; i < name.size(); ++i)
    if (raw[directory::kNameAt + i] != static_cast<std::uint8_t>(name[i])) return false;
  return raw[directory::kNameAt + name.size()] == 0;
}

constexpr FileEntry parse(const RawEntry& raw) {
  namespace directory = spec::fw_cfg::directory;
  return {big_endian<std::uint32_t>(raw, directory::kSizeAt),
          big_endian<std::uint16_t>(raw, directory::kSelectAt)};
}

}  // namespace unpark::guest::fw_cfg
