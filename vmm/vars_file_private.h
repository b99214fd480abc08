// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

#include "vmm/vars_file.h"

namespace unpark {

// A copy of the template in the folder for temporary files, without a name: it is gone with the
// machine, however that ends.
Result<VarsFile, Error> open_private_vars(const std::string& template_path,
                                          std::uint64_t code_size);

}  // namespace unpark
