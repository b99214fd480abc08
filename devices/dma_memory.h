// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <span>

#include "devices/types.h"

namespace unpark {

// Guest memory as a device sees it: never SMRAM (devices and DMA count as non-SMM). Copies only, so
// that a guest cannot change a word between check and use.
class DmaMemory {
 public:
  virtual ~DmaMemory() = default;
  // False, and nothing is copied, unless all of [at, at + size) is RAM that a device may reach.
  virtual bool read(Gpa at, std::span<std::byte> into) = 0;
  virtual bool write(Gpa at, std::span<const std::byte> from) = 0;
};

}  // namespace unpark
