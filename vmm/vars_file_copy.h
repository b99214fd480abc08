// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

#include "devices/result.h"
#include "vmm/sys_error.h"

namespace unpark {

// Makes `path` a copy of the VARS template, which is checked first and only read. `path` appears at
// once and whole, or not at all; one that exists by then is left alone.
Result<Done, Error> copy_vars_template(const std::string& template_path, const std::string& path,
                                       std::uint64_t code_size);

}  // namespace unpark
