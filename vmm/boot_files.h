// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "devices/result.h"
#include "vmm/sys_error.h"

namespace unpark {

// A Linux kernel for firmware to boot from fw_cfg.
struct KernelImage {
  std::vector<std::byte> bz_image;
  std::vector<std::byte> initrd;  // may be empty
  std::string command_line;       // at most kMaxCommandLine bytes
};

// Linux takes no more on x86 (COMMAND_LINE_SIZE).
inline constexpr std::size_t kMaxCommandLine = 2047;

// Reads a regular file of 1 to `most` bytes. `what` begins the error: "kernel", "initrd".
Result<std::vector<std::byte>, Error> read_boot_file(std::string_view what, const std::string& path,
                                                     std::uint64_t most);

// Kernel and initrd must fit into `memory` bytes together with the firmware. An empty
// `initrd_path`: none. Whether the kernel is a bzImage is for offer_kernel()
// (devices/fw_cfg_kernel.h) to say.
Result<KernelImage, Error> read_kernel(const std::string& kernel_path,
                                       const std::string& initrd_path,
                                       const std::string& command_line, std::uint64_t memory);

}  // namespace unpark
