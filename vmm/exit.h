// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <linux/kvm.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>

#include "devices/types.h"

namespace unpark {

// An exit of KVM_RUN as a value. The spans point into the vCPU's run page and die at its next
// KVM_RUN; an "in" exit is completed by filling its span.
namespace vm_exit {
struct PortIn {
  Port port;
  std::uint8_t width;         // bytes of one item; string I/O has several
  std::span<std::byte> into;  // items x width
};
struct PortOut {
  Port port;
  std::uint8_t width;
  std::span<const std::byte> data;
};
struct MmioRead {
  Gpa at;
  std::span<std::byte> into;  // at most 8 bytes
};
struct MmioWrite {
  Gpa at;
  std::span<const std::byte> data;
};
struct MsrWrite {  // of a register that the filter keeps from the guest
  std::uint32_t index;
  std::uint64_t value;
  std::uint8_t* refused;  // 1: the guest gets #GP
};
struct Halted {};       // only without the in-kernel irqchip
struct TripleFault {};  // KVM_EXIT_SHUTDOWN
struct Interrupted {};  // somebody kicked us
// Only from Vcpu::run(): the vCPU waits for INIT or SIPI, and KVM_RUN has returned without it.
struct WaitsForSipi {};
struct SystemEvent {
  std::uint32_t type;
};
struct Failed {          // KVM cannot go on with this vCPU
  std::uint32_t reason;  // KVM_EXIT_*
  std::uint64_t detail;  // hardware reason or suberror
};
}  // namespace vm_exit

using VmExit =
    std::variant<vm_exit::PortIn, vm_exit::PortOut, vm_exit::MmioRead, vm_exit::MmioWrite,
                 vm_exit::MsrWrite, vm_exit::Halted, vm_exit::TripleFault, vm_exit::Interrupted,
                 vm_exit::WaitsForSipi, vm_exit::SystemEvent, vm_exit::Failed>;

// `run_size`: bytes of the mapping. A data offset outside of it, or a width that is none, is
// Failed: the kernel is trusted, but a wrong pointer is not worth it.
inline VmExit decode(kvm_run& run, std::size_t run_size) {
  using namespace vm_exit;
  switch (run.exit_reason) {
    case KVM_EXIT_IO: {
      const std::size_t size = std::size_t{run.io.size} * run.io.count;
      const bool width_ok = run.io.size == 1 || run.io.size == 2 || run.io.size == 4;
      if (!width_ok || run.io.data_offset > run_size || size > run_size - run.io.data_offset)
        return Failed{run.exit_reason, run.io.data_offset};
      const std::span data{reinterpret_cast<std::byte*>(&run) + run.io.data_offset, size};
      if (run.io.direction == KVM_EXIT_IO_IN) return PortIn{Port{run.io.port}, run.io.size, data};
      return PortOut{Port{run.io.port}, run.io.size, data};
    }
    case KVM_EXIT_MMIO: {
      if (run.mmio.len > sizeof run.mmio.data) return Failed{run.exit_reason, run.mmio.len};
      const std::span data{reinterpret_cast<std::byte*>(run.mmio.data), run.mmio.len};
      if (run.mmio.is_write != 0) return MmioWrite{Gpa{run.mmio.phys_addr}, data};
      return MmioRead{Gpa{run.mmio.phys_addr}, data};
    }
    case KVM_EXIT_X86_WRMSR:
      return MsrWrite{run.msr.index, run.msr.data, &run.msr.error};
    case KVM_EXIT_HLT:
      return Halted{};
    case KVM_EXIT_SHUTDOWN:
      return TripleFault{};
    case KVM_EXIT_INTR:
      return Interrupted{};
    case KVM_EXIT_SYSTEM_EVENT:
      return SystemEvent{run.system_event.type};
    case KVM_EXIT_FAIL_ENTRY:
      return Failed{run.exit_reason, run.fail_entry.hardware_entry_failure_reason};
    case KVM_EXIT_INTERNAL_ERROR:
      return Failed{run.exit_reason, run.internal.suberror};
    default:
      return Failed{run.exit_reason, 0};
  }
}

inline bool in_smm(const kvm_run& run) {
  return (run.flags & KVM_RUN_X86_SMM) != 0;
}

}  // namespace unpark
