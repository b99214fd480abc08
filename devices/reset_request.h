// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string_view>

namespace unpark {

// Who asked for a machine reset.
enum class ResetSource { kResetControl, kKeyboardController, kPort92 };

constexpr std::string_view name_of(ResetSource source) {
  switch (source) {
    case ResetSource::kResetControl:
      return "port 0xCF9";
    case ResetSource::kKeyboardController:
      return "port 0x64";
    case ResetSource::kPort92:
      return "port 0x92";
  }
  return "?";
}

// Called without the chip's lock held, on the writer's thread, before the write completes: only
// note the wish there, the machine resets once its vCPUs have stopped.
using ResetSink = std::function<void(ResetSource)>;

}  // namespace unpark
