// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "devices/types.h"

namespace unpark {

// Where the chipset's SMI# goes. Called on the thread of the vCPU whose write raised it; when it
// returns the SMI is pending on that vCPU, so that it is taken before its next instruction.
class SmiSink {
 public:
  virtual ~SmiSink() = default;
  virtual void raise_smi(VcpuId writer) = 0;
};

}  // namespace unpark
