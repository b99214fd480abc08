// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "guest/body/report.h"
#include "guest/chips/fw_cfg_client.h"
#include "guest/firmware/firmware.h"
#include "guest/firmware/machine.h"
#include "guest/smm/smm_layout.h"

namespace unpark::guest::firmware {

namespace {

// etc/e820: packed.
struct [[gnu::packed]] E820Entry {
  std::uint64_t base, length;
  std::uint32_t type;
};
static_assert(sizeof(E820Entry) == 20);
constexpr std::uint32_t kRam = 1;
constexpr std::uint64_t k4GiB = 1ull << 32;
constinit std::array<E820Entry, 64> map{};

}  // namespace

bool find_memory() {
  const fw_cfg::FileEntry file = fw_cfg::find("etc/e820");
  const std::size_t count = file.size / sizeof(E820Entry);
  if (count == 0 || count > map.size() ||
      !fw_cfg::read(file.key, map.data(), count * sizeof(E820Entry)))
    return Report("read-e820").dec("size", file.size).verdict(false);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t end = map[i].base + map[i].length;
    if (map[i].type == kRam && map[i].base < k4GiB && end <= k4GiB && end > machine.low_ram_end)
      machine.low_ram_end = end;
  }
  constexpr std::uint64_t kLeast = GUEST_RAM_END + (8u << 20);
  if (machine.low_ram_end >= kLeast) return true;
  return Report("enough-memory")
      .hex("low-ram-end", machine.low_ram_end)
      .hex("least", kLeast)
      .verdict(false);
}

}  // namespace unpark::guest::firmware
