// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <memory>

#include "devices/types.h"
#include "vmm/exit.h"
#include "vmm/vcpu_state.h"

namespace unpark {

// One vCPU of KVM: descriptor, run page, reset state. No thread and no lock of its own: VcpuSet
// says who may touch it when.
class Vcpu {
 public:
  // `vm`: machine descriptor. On error nothing is left behind but the vCPU inside KVM, which KVM
  // cannot remove from a machine.
  static Result<std::unique_ptr<Vcpu>, SysError> create(
      const UniqueFd& vm, std::size_t run_size, VcpuId id,
      const std::vector<kvm_cpuid_entry2>& cpuid, const std::vector<std::uint32_t>& msr_indices);
  ~Vcpu();
  Vcpu(const Vcpu&) = delete;
  Vcpu& operator=(const Vcpu&) = delete;

  [[nodiscard]] VcpuId id() const { return id_; }
  [[nodiscard]] const UniqueFd& fd() const { return fd_; }
  [[nodiscard]] kvm_run& run_page() { return *run_; }

  // One KVM_RUN. EINTR is the exit Interrupted, EAGAIN is WaitsForSipi, everything else an error.
  Result<VmExit, SysError> run();
  // Makes the next KVM_RUN, or the present one if a signal follows, return at once. Any thread.
  void set_immediate_exit(bool on);

  // Lets KVM finish the exit it is in. A half-done "in", MMIO read or string instruction would be
  // finished at the next KVM_RUN, on top of registers written meanwhile, and in memory as that is
  // mapped then (Documentation/virt/kvm/api.rst, KVM_RUN). reset() and park() begin with it. It is
  // a KVM_RUN: on another thread than the last one, a kernel such as Debian 12's waits for an RCU
  // grace period in it, and in the next one.
  Result<Done, SysError> settle();
  [[nodiscard]] bool settled() const { return !has_run_; }
  Result<Done, SysError> reset(WakeAs wake);
  Result<Done, SysError> park();

 private:
  Vcpu(VcpuId id, UniqueFd fd, kvm_run* run, std::size_t run_size);

  VcpuId id_;
  UniqueFd fd_;
  kvm_run* run_;
  std::size_t run_size_;
  bool has_run_ = false;
  VcpuReset reset_state_;
};

}  // namespace unpark
