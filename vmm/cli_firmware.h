// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "devices/result.h"
#include "vmm/firmware_descriptor.h"
#include "vmm/flash_image.h"
#include "vmm/sys_error.h"
#include "vmm/vars_file.h"

namespace unpark::cli {

// CPUs that the embedded guest can bring up: it addresses them by xAPIC ids.
inline constexpr std::uint32_t kBuiltinMaxCpus = 255;

// What the machine's flash holds, ending at 4 GiB: variables first, then code.
struct Firmware {
  FlashImage image;
  std::uint64_t vars_size = 0;     // bytes of `image` that `vars` keeps; 0: none
  std::shared_ptr<VarsFile> vars;  // locked
  std::string code;                // file of the code; empty: the embedded guest
  std::string choice;              // what was chosen for the user, in a sentence; empty: nothing
};

// "builtin": the embedded guest. "auto": the host's own firmware (vmm/firmware_search.h). Else the
// file of this name.
//
// `vars`: the file of its variables. One that does not exist is made from the template that belongs
// to the firmware, which only "auto" knows. Empty: for "auto" a copy of the template that nobody
// else sees, for a file none.
Result<Firmware, Error> load_firmware(const std::string& firmware, const std::string& vars);

// One that was found, with variables of its own that end with the machine.
Result<Firmware, Error> load_firmware(const FirmwareDescriptor& found);

}  // namespace unpark::cli
