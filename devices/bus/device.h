// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string_view>

#include "devices/result.h"
#include "devices/types.h"

namespace unpark {

// Why a device refuses an access. The bus turns a refusal into all ones (read) or nothing (write),
// counts it and logs it; the device invents no fallback of its own.
enum class IoFault {
  kBadOffset,   // nothing at this offset
  kBadWidth,    // the register exists, not with this width
  kUnaligned,   // straddles registers
  kNotDecoded,  // the chip does not answer in its present state (e.g. PMBASE not enabled)
  kForbidden,   // the accessor has no right to it (e.g. not in SMM)
};

// One access as a device sees it. Devices and DMA count as non-SMM, always.
struct Access {
  std::uint32_t offset = 0;  // from the start of the claimed range, never absolute
  std::uint8_t width = 1;    // bytes: 1, 2, 4 or 8
  bool in_smm = false;       // KVM_RUN_X86_SMM of the exit that caused it
  VcpuId cpu{};              // the vCPU that made it
};

// A chip on the port or memory bus. Called on any vCPU thread, possibly on several at once.
class IoDevice {
 public:
  virtual ~IoDevice() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  // Not const: reading an RBR, an ICR or RTC register C changes the device. The value must fit
  // `at.width` bytes.
  virtual Result<std::uint64_t, IoFault> read(Access at) = 0;
  // `value` has been cut to `at.width` bytes by the bus.
  virtual Result<Done, IoFault> write(Access at, std::uint64_t value) = 0;
};

}  // namespace unpark
