// SPDX-License-Identifier: Apache-2.0
#include "vmm/cli_ctl.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <iostream>
#include <optional>

#include "vmm/ctl_client.h"

namespace unpark::cli {

void add_ctl_options(CLI::App& verb, CtlRequest& request) {
  verb.add_option("path", request.path, "The machine's control socket")->required();
  verb.add_option("command", request.words,
                  "hotplug [CPU], status, trace, the name of a QMP command, or a JSON request")
      ->required();
  verb.add_flag("--json", request.json, "Print what the machine returned, not a table");
  verb.footer(R"(Examples:
  unpark ctl /tmp/unpark.qmp hotplug 2
  unpark ctl /tmp/unpark.qmp query-cpus-fast
  unpark ctl /tmp/unpark.qmp '{"execute": "quit"}')");
}

int ctl(const CtlRequest& request) {
  const CtlOptions options{.out = std::cout, .err = std::cerr, .json = request.json};
  const auto usage = [](const std::string& why) {
    std::cerr << "unpark: error: " << why << "\n";
    return kCtlUsage;
  };
  const std::string& command = request.words.front();
  const std::size_t arguments = request.words.size() - 1;
  if (command == "hotplug") {
    if (arguments > 1) return usage("ctl hotplug takes one CPU at most");
    std::optional<VcpuId> cpu;
    if (arguments == 1) {
      const std::string& word = request.words[1];
      std::uint32_t n = 0;
      const auto r = std::from_chars(word.data(), word.data() + word.size(), n);
      if (r.ec != std::errc{} || r.ptr != word.data() + word.size())
        return usage(fmt::format("ctl hotplug {}: the CPU is a slot number", word));
      cpu = VcpuId{n};
    }
    return ctl_hotplug(request.path, cpu, options);
  }
  if (arguments > 0) return usage(fmt::format("ctl {} takes no argument", command));
  if (command == "status") return ctl_status(request.path, options);
  if (command == "trace") return ctl_trace(request.path, options);
  return ctl_raw(request.path, command, options);
}

}  // namespace unpark::cli
