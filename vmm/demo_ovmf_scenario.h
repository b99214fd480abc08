// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string>

#include "vmm/demo_ovmf.h"
#include "vmm/serial_shell.h"

namespace unpark::demo {

// What the scenario asks of the one who runs the machine; each call blocks until it was done on the
// event loop's thread.
struct OvmfStage {
  SerialShell& shell;
  std::string control_socket;
  std::function<void(const std::string&)> progress;
  // Takes from the machine what the record of the added CPU is now. False: the machine has ended.
  std::function<bool()> look_at_record;
};

// What a person would do: waits for userland, orders the CPU, works on it, removes it, powers off.
// Fills in what it sees. Error: what did not come. Blocks; on a thread of its own.
Result<Done, Error> play_ovmf(OvmfRun& run, const OvmfStage& stage);

}  // namespace unpark::demo
