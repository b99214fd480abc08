// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "devices/result.h"
#include "vmm/sys_error.h"

namespace unpark {

// What a distribution says about one firmware, for programs that have to choose: the members of
// QEMU's docs/interop/firmware.json that decide here. What else is in the file is skipped.
struct FirmwareDescriptor {
  struct Target {
    std::string architecture;           // "x86_64"
    std::vector<std::string> machines;  // globs: "pc-q35-*"
  };
  struct FlashFile {
    std::string path;    // absolute
    std::string format;  // "raw"
  };

  std::string description;
  std::vector<std::string> interface_types;  // "uefi"
  std::string device;                        // "flash", "memory", ...
  // Of a flash only. `vars_template` is there if the mode is "split": code and variables apart.
  std::string mode;
  FlashFile code, vars_template;
  std::vector<Target> targets;
  std::vector<std::string> features;  // "requires-smm"
};

// The error is one sentence, which begins with `file` and a colon, and names the member.
Result<FirmwareDescriptor, Error> parse_firmware_descriptor(std::string_view text,
                                                            std::string_view file);

}  // namespace unpark
