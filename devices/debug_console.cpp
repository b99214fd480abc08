// SPDX-License-Identifier: Apache-2.0
#include "devices/debug_console.h"

#include "devices/debug_console_spec.h"

namespace unpark {

namespace {

Result<Done, IoFault> check(Access at) {
  if (at.offset >= spec::debug_console::kSize) return Unexpected{IoFault::kBadOffset};
  if (at.width != 1) return Unexpected{IoFault::kBadWidth};
  return Done{};
}

}  // namespace

Result<std::uint64_t, IoFault> DebugConsole::read(Access at) {
  TRY(check(at));
  return std::uint64_t{spec::debug_console::kReadback};
}

Result<Done, IoFault> DebugConsole::write(Access at, std::uint64_t value) {
  TRY(check(at));
  if (sink_) sink_(static_cast<std::uint8_t>(value));
  return Done{};
}

}  // namespace unpark
