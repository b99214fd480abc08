// SPDX-License-Identifier: Apache-2.0
#include "guest/guest_image.h"

// guest/embedded_image.S.
extern "C" const std::byte unpark_guest_image_begin[];
extern "C" const std::byte unpark_guest_image_end[];

namespace unpark {

std::span<const std::byte> guest_image() {
  return {unpark_guest_image_begin, unpark_guest_image_end};
}

}  // namespace unpark
