// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

namespace unpark::guest {

// COM1, polled, 115200 8N1.
void start_serial();
void write_serial(std::string_view text);

}  // namespace unpark::guest
