// SPDX-License-Identifier: Apache-2.0
#include "vmm/sys_error.h"

#include <fmt/format.h>

#include <cstring>

namespace unpark {

std::string describe(const SysError& e) {
  // Both are null for a number the C library does not know. Neither depends on the locale.
  const char* text = ::strerrordesc_np(e.code);
  const char* name = ::strerrorname_np(e.code);
  if (text == nullptr || name == nullptr) return fmt::format("{}: error {}", e.call, e.code);
  return fmt::format("{}: {} ({})", e.call, text, name);
}

}  // namespace unpark
