// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "devices/result.h"
#include "vmm/sys_error.h"

namespace unpark {

// Reads a flash image. Refuses, with the path and the number: a file that is missing, unreadable,
// not a regular file, empty, not a multiple of 4 KiB, or larger than q35::kMaxFlash.
Result<std::vector<std::byte>, Error> read_firmware(const std::string& path);

}  // namespace unpark
