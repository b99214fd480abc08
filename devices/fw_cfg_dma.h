// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "devices/dma_memory.h"
#include "devices/types.h"

namespace unpark {

// A DMA order as the guest left it in memory, read once.
struct FwCfgDescriptor {
  std::uint32_t control = 0;
  std::uint32_t length = 0;
  Gpa address;
};

// The most that one order may read: a kernel and more, and bounded work for the thread of the vCPU
// that gave it. A longer one ends in error. (Skipping costs nothing and is not limited.)
inline constexpr std::uint32_t kFwCfgMaxRead = 256u << 20;

// Nothing: the descriptor does not lie in memory that a device may reach.
std::optional<FwCfgDescriptor> read_fw_cfg_descriptor(DmaMemory& memory, Gpa at);

// Stores the outcome in the descriptor's control word, which the guest is spinning on. If the
// descriptor cannot be written there is nobody to tell.
void finish_fw_cfg_descriptor(DmaMemory& memory, Gpa at, bool ok);

// Writes `length` bytes to guest memory: `size` of them as `read` has them (at: from their start),
// in pieces, then zeros. False: some of it is not memory; what lies before may have been written.
bool copy_fw_cfg_to_guest(
    DmaMemory& memory, Gpa to, std::uint32_t length, std::size_t size,
    const std::function<void(std::size_t at, std::span<std::byte> into)>& read);

}  // namespace unpark
