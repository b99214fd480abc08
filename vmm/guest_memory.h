// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <vector>

#include "devices/dma_memory.h"
#include "devices/sync.h"
#include "vmm/fd.h"
#include "vmm/guest_ram.h"
#include "vmm/memory_map.h"
#include "vmm/sys_error.h"

namespace unpark {

// RAM and flash of one machine: their KVM slots in both address spaces, and the devices' way in.
class GuestMemory final : public DmaMemory {
 public:
  // Makes the RAM; copies `flash` (the whole image) behind read-only slots.
  static Result<std::unique_ptr<GuestMemory>, Error> create(const MemorySizes& sizes,
                                                            std::span<const std::byte> flash,
                                                            PageSize pages = PageSize::kSmall);

  // Brings the slots of `vm` to what `control` says. Called at start and by vCPU threads whose
  // write changed the chipset; the change is in force when it returns.
  Result<Done, SysError> apply(const UniqueFd& vm, const MemoryControl& control);
  // The same for the chip that holds the variables: `trapped` in command mode.
  Result<Done, SysError> trap_vars(const UniqueFd& vm, bool trapped);
  // What that chip holds; empty if the flash is all code.
  [[nodiscard]] std::span<std::byte> vars() { return {flash_.data(), sizes_.vars}; }

  // DmaMemory: the normal (non-SMM) view, RAM only.
  bool read(Gpa at, std::span<std::byte> into) override;
  bool write(Gpa at, std::span<const std::byte> from) override;

  [[nodiscard]] const MemorySizes& sizes() const { return sizes_; }

 private:
  GuestMemory(const MemorySizes& sizes, MappedMemory ram, MappedMemory flash);
  // Copies piece by piece; checks all of the range first.
  template <class Copy>
  bool transfer(Gpa at, std::uint64_t size, Visibility least, Copy copy);
  [[nodiscard]] std::byte* host_address(const Piece& p) const;
  Result<Done, SysError> update(const UniqueFd& vm) TSA(requires_capability(m_));

  const MemorySizes sizes_;
  const std::vector<Piece> pieces_;
  MappedMemory ram_, flash_;
  Mutex m_;  // leaf
  MemoryControl control_ TSA(guarded_by(m_));
  bool vars_trapped_ TSA(guarded_by(m_)) = false;
  std::vector<ViewOfPiece> views_ TSA(guarded_by(m_));  // one per piece: what KVM has now
};

}  // namespace unpark
