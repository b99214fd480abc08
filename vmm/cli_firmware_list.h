// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace unpark::cli {

// `unpark run --firmware list`: every descriptor, and why it is taken or not. Returns an ExitCode.
int list_firmware(bool json);

}  // namespace unpark::cli
