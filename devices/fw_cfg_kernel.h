// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "devices/fw_cfg.h"

namespace unpark {

struct FwCfgKernelError {
  std::string message;
};

// Whether it is one that offer_kernel() takes.
Result<Done, FwCfgKernelError> check_kernel(std::span<const std::byte> bz_image);

// Offers a Linux kernel to firmware as numeric items: setup part, payload, initrd (may be empty)
// and command line. Firmware sees them at its next look. Spec: Linux Documentation/arch/x86/boot,
// "The Real-Mode Kernel Header".
Result<Done, FwCfgKernelError> offer_kernel(FwCfg& fw_cfg, const FwCfgBytes& bz_image,
                                            FwCfgBytes initrd, std::string_view command_line);

}  // namespace unpark
