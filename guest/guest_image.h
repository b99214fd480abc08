// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <span>

namespace unpark {

// The embedded guest's flash image: ends at 4 GiB, a multiple of 64 KiB. Host code.
std::span<const std::byte> guest_image();

}  // namespace unpark
