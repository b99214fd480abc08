// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "guest/layout.h"

namespace unpark::guest {

struct SmmConfig;

// Head of the body (body/image_header.S). Offsets from the head, so that it serves in flash, in RAM
// and in TSEG alike.
struct ImageHeader {
  std::uint64_t load, boot, smm, smm_config, load_size, size, rela_begin, rela_end;
};

inline const ImageHeader& flash_image() {
  return *reinterpret_cast<const ImageHeader*>(std::uintptr_t{GUEST_FLASH_BASE});
}

// Copies the body from flash to `to` (page-aligned), clears its bss, applies its relocations.
void load_image(std::uintptr_t to);

}  // namespace unpark::guest
