// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "devices/fw_cfg_content.h"
#include "devices/result.h"
#include "vmm/sys_error.h"

namespace unpark {

// A Linux kernel for firmware to boot from fw_cfg. The files stay where they are until it does.
struct KernelImage {
  std::shared_ptr<const FwCfgSource> bz_image;
  std::shared_ptr<const FwCfgSource> initrd;  // null: none
  std::string command_line;                   // at most kMaxCommandLine bytes
};

// Linux takes no more on x86 (COMMAND_LINE_SIZE).
inline constexpr std::size_t kMaxCommandLine = 2047;

// Kernel and initrd must fit into `memory` bytes together with the firmware. An empty
// `initrd_path`: none.
Result<KernelImage, Error> read_kernel(const std::string& kernel_path,
                                       const std::string& initrd_path,
                                       const std::string& command_line, std::uint64_t memory);

}  // namespace unpark
