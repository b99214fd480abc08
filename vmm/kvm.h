// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "vmm/kvm_ioctl.h"

namespace unpark {

// /dev/kvm.
class Kvm {
 public:
  // Errors name the file and what to do about it: missing, unreadable, wrong API version.
  static Result<Kvm, Error> open(const std::string& path = "/dev/kvm");

  // KVM_CHECK_EXTENSION: 0 if the capability is absent.
  [[nodiscard]] int check(int capability) const;
  [[nodiscard]] Result<std::vector<kvm_cpuid_entry2>, SysError> supported_cpuid() const;
  // The MSRs that KVM saves and restores.
  [[nodiscard]] Result<std::vector<std::uint32_t>, SysError> msr_indices() const;
  // Bytes of a vCPU's run page.
  [[nodiscard]] Result<std::size_t, SysError> run_size() const;
  // Retries on EINTR, at most five times: creating a machine synchronises with every CPU of the
  // host and may be interrupted (Documentation/virt/kvm/api.rst has no promise, practice has).
  [[nodiscard]] Result<UniqueFd, SysError> create_vm() const;

 private:
  explicit Kvm(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

}  // namespace unpark
