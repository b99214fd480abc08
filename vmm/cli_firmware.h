// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "devices/result.h"
#include "vmm/sys_error.h"

namespace unpark::cli {

// "builtin" is the embedded guest; everything else is a file.
Result<std::vector<std::byte>, Error> load_firmware(const std::string& choice);

// CPUs that the embedded guest can bring up: it addresses them by xAPIC ids.
inline constexpr std::uint32_t kBuiltinMaxCpus = 255;

}  // namespace unpark::cli
