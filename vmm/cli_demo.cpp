// SPDX-License-Identifier: Apache-2.0
#include "vmm/cli_demo.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdio>
#include <vector>

#include "vmm/demo_json.h"
#include "vmm/demo_run.h"
#include "vmm/demo_table.h"
#include "vmm/exit_code.h"
#include "vmm/terminal.h"
#include "vmm/vcpu_set.h"

namespace unpark::cli {

namespace {

constexpr std::string_view kNext = R"(What to try next
  unpark run --cpus 2,max=8 --control unix:/tmp/unpark.qmp     a machine of your own
  unpark ctl /tmp/unpark.qmp hotplug                           add a CPU to it, step by step
  unpark ctl /tmp/unpark.qmp trace --json                      what is known of every hot-add
  unpark tables --cpus 1,max=4 --output t && iasl -d t/*.aml   the ACPI tables; _GPE._E02 is in dsdt
  unpark demo --json                                           the same for a machine to read
)";

void progress(const std::string& what) {
  fmt::print(stderr, "demo: {} ...\n", what);
}

}  // namespace

int demo(bool json) {
  // The attacks that the guest makes on purpose are shown as checks, not as warnings.
  if (spdlog::get_level() == spdlog::level::info) spdlog::set_level(spdlog::level::err);
  VcpuSet::install_kick_signal();
  const Paint paint(shows_colour(STDOUT_FILENO));
  const int columns = columns_of(STDOUT_FILENO);
  std::vector<demo::Run> runs;
  for (const HotplugTrigger trigger : {HotplugTrigger::kGuest, HotplugTrigger::kVmm}) {
    auto run = demo::run(trigger, progress);
    if (!run) {
      spdlog::error("{}", run.error().message);
      return static_cast<int>(ExitCode::kCannotStart);
    }
    if (!json) fmt::print("\n{}\n", demo::table_of(*run, paint, columns));
    std::fflush(stdout);
    runs.push_back(*std::move(run));
  }
  bool passed = true;
  for (const demo::Run& r : runs) passed = passed && r.passed();
  if (json)
    fmt::print("{}\n", demo::json_of(runs));
  else if (passed)
    fmt::print("{} every step and every check, with both triggers\n\n{}",
               paint(Colour::kGreen, "ok:"), kNext);
  else
    fmt::print("{} see above\n", paint(Colour::kRed, "FAILED:"));
  return static_cast<int>(passed ? ExitCode::kOk : ExitCode::kFailed);
}

}  // namespace unpark::cli
