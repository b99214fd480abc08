// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "guest/chips/fw_cfg_directory.h"

// fw_cfg by DMA. QEMU docs/specs/fw_cfg.
namespace unpark::guest::fw_cfg {

// "QEMU" under key 0, and DMA offered.
bool present();
bool read(std::uint16_t key, void* to, std::size_t size);
bool write(std::uint16_t key, const void* from, std::size_t size);
// The entry of a file, or one of size 0 with key 0.
FileEntry find(std::string_view name);

template <class T>
T read_value(std::uint16_t key) {
  T value{};
  read(key, &value, sizeof value);
  return value;
}

}  // namespace unpark::guest::fw_cfg
