// SPDX-License-Identifier: Apache-2.0
#include "vmm/guest_memory.h"

#include <algorithm>
#include <cstring>

#include "vmm/kvm_ioctl.h"

namespace unpark {

Result<std::unique_ptr<GuestMemory>, Error> GuestMemory::create(const MemorySizes& sizes,
                                                                std::span<const std::byte> flash,
                                                                PageSize pages) {
  auto ram = TRY(MappedMemory::create("unpark-ram", sizes.ram, pages));
  auto rom = TRY(MappedMemory::create("unpark-flash", sizes.flash));
  TRY(rom.fill(flash));
  return std::unique_ptr<GuestMemory>(new GuestMemory(sizes, std::move(ram), std::move(rom)));
}

GuestMemory::GuestMemory(const MemorySizes& sizes, MappedMemory ram, MappedMemory flash)
    : sizes_(sizes),
      pieces_(cut_memory(sizes)),
      ram_(std::move(ram)),
      flash_(std::move(flash)),
      views_(pieces_.size(), {Visibility::kHidden, Visibility::kHidden}) {}

std::byte* GuestMemory::host_address(const Piece& p) const {
  return (p.backing == Backing::kRam ? ram_.data() : flash_.data()) + p.offset;
}

Result<Done, SysError> GuestMemory::apply(const UniqueFd& vm, const MemoryControl& control) {
  Lock lock(m_);
  control_ = control;
  return update(vm);
}

Result<Done, SysError> GuestMemory::trap_vars(const UniqueFd& vm, bool trapped) {
  Lock lock(m_);
  vars_trapped_ = trapped;
  return update(vm);
}

Result<Done, SysError> GuestMemory::update(const UniqueFd& vm) {
  // Removals first: RAM and the flash alias share addresses.
  for (const bool removing : {true, false}) {
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      const Piece& p = pieces_[i];
      const ViewOfPiece wanted = view_of(p, sizes_, control_, vars_trapped_);
      for (unsigned as = 0; as < kAddressSpaces; ++as) {
        Visibility& now = views_[i][as];
        if (now == wanted[as]) continue;
        kvm_userspace_memory_region region{};
        region.slot = static_cast<std::uint32_t>(i) | as << 16;
        region.guest_phys_addr = p.at.value;
        region.userspace_addr = reinterpret_cast<std::uintptr_t>(host_address(p));
        // KVM refuses to change a slot's read-only flag: it goes and comes back.
        if (removing && now != Visibility::kHidden) {
          region.memory_size = 0;
          TRY(call(vm, kvm_op::kSetUserMemoryRegion, region));
          now = Visibility::kHidden;
        }
        if (!removing && wanted[as] != Visibility::kHidden) {
          region.memory_size = p.size;
          region.flags = wanted[as] == Visibility::kReadOnly ? KVM_MEM_READONLY : 0;
          TRY(call(vm, kvm_op::kSetUserMemoryRegion, region));
          now = wanted[as];
        }
      }
    }
  }
  return Done{};
}

template <class Copy>
bool GuestMemory::transfer(Gpa at, std::uint64_t size, Visibility least, Copy copy) {
  Lock lock(m_);
  if (size > ~std::uint64_t{0} - at.value) return false;
  // Two passes over the same pieces: check all, then copy.
  for (const bool copying : {false, true}) {
    std::uint64_t done = 0;
    while (done < size) {
      const Gpa next = at + done;
      std::size_t i = 0;
      while (i < pieces_.size() &&
             !(pieces_[i].backing == Backing::kRam && views_[i][kNormal] >= least &&
               next >= pieces_[i].at && next - pieces_[i].at < pieces_[i].size))
        ++i;
      if (i == pieces_.size()) return false;
      const std::uint64_t inside = next - pieces_[i].at;
      const std::uint64_t n = std::min(size - done, pieces_[i].size - inside);
      if (copying) copy(host_address(pieces_[i]) + inside, done, n);
      done += n;
    }
  }
  return true;
}

bool GuestMemory::read(Gpa at, std::span<std::byte> into) {
  return transfer(at, into.size(), Visibility::kReadOnly,
                  [&](const std::byte* host, std::uint64_t done, std::uint64_t n) {
                    std::memcpy(into.data() + done, host, n);
                  });
}

bool GuestMemory::write(Gpa at, std::span<const std::byte> from) {
  return transfer(at, from.size(), Visibility::kReadWrite,
                  [&](std::byte* host, std::uint64_t done, std::uint64_t n) {
                    std::memcpy(host, from.data() + done, n);
                  });
}

}  // namespace unpark
