// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

namespace unpark {

// A system call that failed: which one, and errno. Becomes a sentence at the place that knows what
// was being tried.
struct SysError {
  std::string_view call;  // "KVM_SET_REGS": which of forty ioctls it was
  int code = 0;           // errno
};

// "KVM_SET_REGS: Invalid argument (EINVAL)"
std::string describe(const SysError& e);

// A sentence for the user: what failed, on what, with which value, and what can be done.
struct Error {
  std::string message;
};

}  // namespace unpark
