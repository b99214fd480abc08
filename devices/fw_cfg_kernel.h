// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "devices/fw_cfg.h"

namespace unpark {

struct FwCfgKernelError {
  std::string message;
};

// Whether it is one that offer_kernel() takes: only its header is read.
Result<Done, FwCfgKernelError> check_kernel(const FwCfgSource& bz_image);

// Offers a Linux kernel to firmware as numeric items: setup part, payload, initrd (null: none) and
// command line. Firmware sees them at its next look; payload and initrd are read when a guest asks.
// Spec: Linux Documentation/arch/x86/boot, "The Real-Mode Kernel Header".
Result<Done, FwCfgKernelError> offer_kernel(FwCfg& fw_cfg,
                                            const std::shared_ptr<const FwCfgSource>& bz_image,
                                            const std::shared_ptr<const FwCfgSource>& initrd,
                                            std::string_view command_line);

}  // namespace unpark
