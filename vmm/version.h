// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

namespace unpark {

// "0.1.0": the version of this program, from CMake's project().
extern const std::string_view kVersion;

}  // namespace unpark
