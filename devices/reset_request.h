// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>

namespace unpark {

// Who asked for a machine reset.
enum class ResetSource { kResetControl, kKeyboardController, kPort92 };

// Called without the chip's lock held, on the writer's thread, before the write completes: only
// note the wish there, the machine resets once its vCPUs have stopped.
using ResetSink = std::function<void(ResetSource)>;

}  // namespace unpark
