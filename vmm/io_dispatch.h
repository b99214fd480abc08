// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "devices/bus/bus.h"
#include "vmm/exit.h"

namespace unpark {

// Who made the access: the part of Access that the exit itself does not carry.
struct Accessor {
  VcpuId cpu;
  bool in_smm = false;
};

// What the vCPU loop does after an exit.
enum class AfterExit { kRunAgain, kTripleFault, kFailed };

// Carries one exit out on the two buses; a write of a filtered MSR is refused. Free of KVM calls: a
// test builds the exit by hand.
AfterExit dispatch(const VmExit& exit, const Accessor& who, const Bus<Port>& ports,
                   const Bus<Gpa>& mmio);

}  // namespace unpark
