// SPDX-License-Identifier: Apache-2.0
#include "vmm/vcpu.h"

#include <sys/mman.h>

#include <atomic>

#include "vmm/flexible.h"

namespace unpark {

Result<std::unique_ptr<Vcpu>, SysError> Vcpu::create(
    const UniqueFd& vm, std::size_t run_size, VcpuId id, const std::vector<kvm_cpuid_entry2>& cpuid,
    const std::vector<std::uint32_t>& msr_indices) {
  UniqueFd fd{TRY(call(vm, kvm_op::kCreateVcpu, static_cast<unsigned long>(id.value)))};
  void* p = ::mmap(nullptr, run_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  if (p == MAP_FAILED) return Unexpected{SysError{"mmap(vCPU run page)", errno}};
  std::unique_ptr<Vcpu> vcpu{new Vcpu(id, std::move(fd), static_cast<kvm_run*>(p), run_size)};

  Flexible<KvmCpuid2, kvm_cpuid_entry2> leaves(cpuid.size());
  leaves->nent = static_cast<std::uint32_t>(cpuid.size());
  std::copy(cpuid.begin(), cpuid.end(), leaves.entries());
  TRY(call(vcpu->fd_, kvm_op::kSetCpuid2, *leaves));
  vcpu->reset_state_ = TRY(capture_reset(vcpu->fd_, msr_indices));
  return vcpu;
}

Vcpu::Vcpu(VcpuId id, UniqueFd fd, kvm_run* run, std::size_t run_size)
    : id_(id), fd_(std::move(fd)), run_(run), run_size_(run_size) {}

Vcpu::~Vcpu() {
  ::munmap(run_, run_size_);
}

Result<VmExit, SysError> Vcpu::run() {
  has_run_ = true;
  const auto r = call(fd_, kvm_op::kRun);
  if (r) return decode(*run_, run_size_);
  if (r.error().code == EINTR) return VmExit{vm_exit::Interrupted{}};
  if (r.error().code == EAGAIN) return VmExit{vm_exit::WaitsForSipi{}};
  return Unexpected{r.error()};
}

void Vcpu::set_immediate_exit(bool on) {
  std::atomic_ref(run_->immediate_exit).store(on ? 1 : 0);
}

Result<Done, SysError> Vcpu::settle() {
  if (!has_run_) return Done{};
  set_immediate_exit(true);
  // An MMIO access in pieces comes back with the next piece; nobody answers it any more.
  for (int pieces = 0; pieces < 16; ++pieces) {
    const auto exit = TRY(run());
    if (std::holds_alternative<vm_exit::Interrupted>(exit) ||
        std::holds_alternative<vm_exit::WaitsForSipi>(exit))
      break;
  }
  has_run_ = false;
  return Done{};
}

Result<Done, SysError> Vcpu::reset(WakeAs wake) {
  TRY(settle());
  return reset_vcpu(fd_, reset_state_, wake);
}

Result<Done, SysError> Vcpu::park() {
  TRY(settle());
  return park_vcpu(fd_, reset_state_);
}

}  // namespace unpark
