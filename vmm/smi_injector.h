// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "devices/types.h"
#include "vmm/kvm_ioctl.h"

namespace unpark {

// SMIs as messages to the in-kernel local APICs (SDM vol. 3 11.11.2, delivery mode 010b). One call
// reaches every enabled vCPU; no VMM thread wakes up. A parked vCPU is not in KVM's APIC map.
class SmiInjector {
 public:
  // `vm` is borrowed. `wide_ids`: KVM_CAP_X2APIC_API is on, for machines of more than 255 CPUs.
  SmiInjector(const UniqueFd& vm, bool wide_ids) : vm_(vm), wide_ids_(wide_ids) {}

  [[nodiscard]] Result<Done, SysError> broadcast() const;
  [[nodiscard]] Result<Done, SysError> direct(VcpuId cpu) const;

 private:
  [[nodiscard]] Result<Done, SysError> send(std::uint32_t destination) const;

  const UniqueFd& vm_;
  bool wide_ids_;
};

}  // namespace unpark
