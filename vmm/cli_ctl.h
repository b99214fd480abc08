// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace unpark::cli {

// `unpark ctl PATH COMMAND ...` as typed.
struct CtlRequest {
  std::string path;
  std::vector<std::string> words;  // "hotplug" [CPU] | "status" | "trace" | a JSON object
  bool json = false;
};
void add_ctl_options(CLI::App& verb, CtlRequest& request);
int ctl(const CtlRequest& request);

}  // namespace unpark::cli
