// SPDX-License-Identifier: Apache-2.0
#include "tests/vmm/fake_kvm_vm.h"

#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>

namespace unpark {
namespace {

std::vector<FakeKvmVm*> g_fakes;  // those that live

constexpr unsigned kAddressSpacesOfKvm = 2;  // with SMM

}  // namespace

FakeKvmVm::FakeKvmVm() : fd_(::eventfd(0, EFD_CLOEXEC)) {
  g_fakes.push_back(this);
}
FakeKvmVm::~FakeKvmVm() {
  std::erase(g_fakes, this);
}

int FakeKvmVm::answer(unsigned long request, const void* argument) {
  if (fail_after >= 0 && fail_after-- == 0) return -fail_code;
  if (request == KVM_SET_USER_MEMORY_REGION)
    return set_region(*static_cast<const kvm_userspace_memory_region*>(argument));
  if (request == KVM_SIGNAL_MSI) {
    messages.push_back(*static_cast<const kvm_msi*>(argument));
    return 1;  // "> 0 on success": delivered
  }
  return -ENOTTY;
}

int FakeKvmVm::set_region(const kvm_userspace_memory_region& region) {
  regions.push_back(region);
  const unsigned space = region.slot >> 16;
  if (space >= kAddressSpacesOfKvm) return -EINVAL;
  if (((region.guest_phys_addr | region.memory_size | region.userspace_addr) & 0xfff) != 0)
    return -EINVAL;
  if ((region.flags & ~std::uint32_t{KVM_MEM_READONLY}) != 0) return -EINVAL;
  const auto old = slots_.find(region.slot);
  if (region.memory_size == 0) {
    if (old == slots_.end()) return -EINVAL;
    slots_.erase(old);
    return 0;
  }
  // An existing slot may move, but neither change its size nor whether it is read-only.
  if (old != slots_.end() &&
      (old->second.memory_size != region.memory_size ||
       old->second.userspace_addr != region.userspace_addr || old->second.flags != region.flags))
    return -EINVAL;
  for (const auto& [slot, other] : slots_)
    if (slot != region.slot && slot >> 16 == space &&
        region.guest_phys_addr < other.guest_phys_addr + other.memory_size &&
        other.guest_phys_addr < region.guest_phys_addr + region.memory_size)
      return -EEXIST;
  slots_[region.slot] = region;
  return 0;
}

const kvm_userspace_memory_region* FakeKvmVm::find(unsigned address_space,
                                                   std::uint64_t gpa) const {
  for (const auto& [slot, r] : slots_)
    if (slot >> 16 == address_space && gpa >= r.guest_phys_addr &&
        gpa - r.guest_phys_addr < r.memory_size)
      return &r;
  return nullptr;
}

std::byte* FakeKvmVm::at(unsigned address_space, std::uint64_t gpa) const {
  const auto* r = find(address_space, gpa);
  if (!r) return nullptr;
  return reinterpret_cast<std::byte*>(r->userspace_addr) + (gpa - r->guest_phys_addr);
}

bool FakeKvmVm::writable(unsigned address_space, std::uint64_t gpa) const {
  const auto* r = find(address_space, gpa);
  return r && (r->flags & KVM_MEM_READONLY) == 0;
}

std::vector<kvm_userspace_memory_region> FakeKvmVm::slots(unsigned address_space) const {
  std::vector<kvm_userspace_memory_region> out;
  for (const auto& [slot, r] : slots_)
    if (slot >> 16 == address_space) out.push_back(r);
  std::sort(out.begin(), out.end(),
            [](const auto& a, const auto& b) { return a.guest_phys_addr < b.guest_phys_addr; });
  return out;
}

namespace {

int ioctl_of_this_program(int fd, unsigned long request, void* argument) {
  for (FakeKvmVm* const fake : g_fakes) {
    if (fd != fake->fd().get()) continue;
    const int answer = fake->answer(request, argument);
    if (answer >= 0) return answer;
    errno = -answer;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_ioctl, fd, request, argument));
}

}  // namespace
}  // namespace unpark

// Stands before the C library's, for the whole test program.
extern "C" int ioctl(int fd, unsigned long request, ...) noexcept {
  va_list list;
  va_start(list, request);
  void* argument = va_arg(list, void*);
  va_end(list);
  return unpark::ioctl_of_this_program(fd, request, argument);
}
