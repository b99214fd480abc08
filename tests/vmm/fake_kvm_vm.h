// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <linux/kvm.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "vmm/fd.h"

namespace unpark {

// A machine descriptor that answers as KVM's does to the calls that need no vCPU: memory slots
// (Documentation/virt/kvm/api.rst, 4.35) and messages (4.71). The descriptor is a real one; the
// test program's ioctl() looks here first. One thread at a time.
class FakeKvmVm {
 public:
  FakeKvmVm();
  ~FakeKvmVm();
  FakeKvmVm(const FakeKvmVm&) = delete;
  FakeKvmVm& operator=(const FakeKvmVm&) = delete;

  [[nodiscard]] const UniqueFd& fd() const { return fd_; }

  // The host's memory behind a guest-physical address; null: no slot there.
  [[nodiscard]] std::byte* at(unsigned address_space, std::uint64_t gpa) const;
  [[nodiscard]] bool writable(unsigned address_space, std::uint64_t gpa) const;
  // The slots of an address space by address.
  [[nodiscard]] std::vector<kvm_userspace_memory_region> slots(unsigned address_space) const;

  // Every region that was set or deleted, and every message, in order; the refused ones too.
  std::vector<kvm_userspace_memory_region> regions;
  std::vector<kvm_msi> messages;
  // The call after this many fails with `fail_code`; negative: none.
  int fail_after = -1;
  int fail_code = 0;

  // For ioctl(): 0 or more, or a negative errno.
  int answer(unsigned long request, const void* argument);

 private:
  int set_region(const kvm_userspace_memory_region& region);
  [[nodiscard]] const kvm_userspace_memory_region* find(unsigned address_space,
                                                        std::uint64_t gpa) const;
  UniqueFd fd_;
  std::map<std::uint32_t, kvm_userspace_memory_region> slots_;  // key: slot, with its space
};

}  // namespace unpark
