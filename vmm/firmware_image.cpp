// SPDX-License-Identifier: Apache-2.0
#include "vmm/firmware_image.h"

#include <fmt/format.h>

#include "vmm/q35_map.h"
#include "vmm/whole_file.h"

namespace unpark {

Result<std::vector<std::byte>, Error> read_firmware(const std::string& path) {
  const auto rule = [](std::uint64_t size) -> std::optional<std::string> {
    if (size % 4096 != 0)
      return fmt::format(
          "has {} bytes, which is not a multiple of 4 KiB: truncated, or not a flash image", size);
    if (size > q35::kMaxFlash)
      return fmt::format("has {} bytes; the flash holds at most {}", size, q35::kMaxFlash);
    return std::nullopt;
  };
  return read_whole_file("firmware", path, "; give a flash image", rule);
}

}  // namespace unpark
