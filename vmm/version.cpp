// SPDX-License-Identifier: Apache-2.0
#include "vmm/version.h"

namespace unpark {

const std::string_view kVersion = UNPARK_VERSION;

}  // namespace unpark
