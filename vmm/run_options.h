// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>

#include "devices/hotplug_controller.h"

namespace CLI {
class App;
}

namespace unpark::cli {

// `unpark run` as typed; the values are checked by run().
struct RunOptions {
  std::optional<std::string> firmware;  // not given: auto with a kernel, else builtin
  bool json = false;                    // of --firmware list
  std::string vars;  // flash image of variables, lies below the firmware's code; empty: none
  std::string kernel, initrd, append;
  std::string cpus = "1";
  std::string memory = "256M";
  std::string tseg = "auto";
  std::string huge_pages;  // "2M", "1G"; empty: none
  std::string control;     // empty: no control socket
  std::string serial = "stdio";
  HotplugTrigger trigger = HotplugTrigger::kGuest;
  bool guest_eject_allowed = false;
  double hotplug_deadline_s = 5;
  bool progress = true;       // show how far the boot of a firmware has come
  std::string guest_options;  // words for the embedded guest (guest/README.md)
};

void add_run_options(CLI::App& verb, RunOptions& run);

// Runs the machine until it ends. Returns an ExitCode.
int run(const RunOptions& options);

}  // namespace unpark::cli
