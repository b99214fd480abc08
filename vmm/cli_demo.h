// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

namespace CLI {
class App;
}

namespace unpark::cli {

struct DemoRequest {
  bool json = false;
  const CLI::App* ovmf = nullptr;  // parsed: OVMF and Linux instead of the embedded guest
  std::string kernel, initrd;      // of that Linux
};

void add_demo_options(CLI::App& verb, DemoRequest& request);

// Shows a hot-add, as tables or as one JSON object: of the embedded guest with both triggers, or of
// Linux under OVMF, which also gives the CPU back. ExitCode kOk; kFailed if a step did not come or
// a check failed; kUsage if a file will not do; kCannotStart if this host cannot.
int demo(const DemoRequest& request);

}  // namespace unpark::cli
