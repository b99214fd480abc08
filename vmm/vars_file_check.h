// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace unpark {

// Why a file of `size` bytes cannot be put behind a flash chip at all; empty if it can.
std::string refuse_vars_size(std::uint64_t size);

// Why `image`, of a size that was not refused, does not hold the variables of a UEFI firmware whose
// code has `code_size` bytes (0: not known); empty if it does, or if its first block is blank.
std::string refuse_vars(std::span<const std::byte> image, std::uint64_t code_size);

// Why `image`, of a size that was not refused, is not code that a CPU could start in; empty if it
// may be. What comes before it in the flash does not matter.
std::string refuse_code(std::span<const std::byte> image);

// Erased flash, all FFh: firmware writes its headers itself.
bool is_blank_flash(std::span<const std::byte> image);

}  // namespace unpark
