// SPDX-License-Identifier: Apache-2.0
#include "vmm/cli_demo.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <vector>

#include "vmm/cli_progress.h"
#include "vmm/demo_json.h"
#include "vmm/demo_ovmf_report.h"
#include "vmm/demo_run.h"
#include "vmm/demo_table.h"
#include "vmm/exit_code.h"
#include "vmm/steady_clock.h"
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

int cannot_start(const Error& e) {
  spdlog::error("{}", e.message);
  return static_cast<int>(ExitCode::kCannotStart);
}

int demo_ovmf(const DemoRequest& request) {
  auto kernel =
      read_kernel(request.kernel, request.initrd, "console=ttyS0 quiet", demo::kOvmfMemory);
  if (!kernel) {
    spdlog::error("{}", kernel.error().message);
    return static_cast<int>(ExitCode::kUsage);
  }
  const Paint paint(shows_colour(STDOUT_FILENO));
  const SteadyClock clock;
  ProgressLines stages(clock, Paint(shows_colour(STDERR_FILENO)),
                       [](const std::string& line) { fmt::print(stderr, "{}\n", line); });
  const auto run =
      demo::run_ovmf(*std::move(kernel),
                     {.awaited = progress,
                      .stage = [&](BootStage stage, std::uint64_t detail, Nanoseconds since_start) {
                        stages.stage(stage, detail, since_start);
                      }});
  if (!run) return cannot_start(run.error());
  if (request.json) {
    fmt::print("{}\n", demo::json_of(*run));
  } else {
    fmt::print("\n{}\n", demo::table_of(*run, paint, columns_of(STDOUT_FILENO)));
    fmt::print("{}\n", run->passed() ? paint(Colour::kGreen, "ok:") + std::string{" every check"}
                                     : paint(Colour::kRed, "FAILED:") + std::string{" see above"});
  }
  return static_cast<int>(run->passed() ? ExitCode::kOk : ExitCode::kFailed);
}

int demo_embedded(bool json) {
  const Paint paint(shows_colour(STDOUT_FILENO));
  const int columns = columns_of(STDOUT_FILENO);
  std::vector<demo::Run> runs;
  for (const HotplugTrigger trigger : {HotplugTrigger::kGuest, HotplugTrigger::kVmm}) {
    auto run = demo::run(trigger, progress);
    if (!run) return cannot_start(run.error());
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

}  // namespace

void add_demo_options(CLI::App& verb, DemoRequest& request) {
  verb.add_flag("--json", request.json, "For a machine to read");
  CLI::App* ovmf = verb.add_subcommand(
      "ovmf", "The same with the host's OVMF and a Linux, which also gives the CPU back");
  ovmf->add_option("--kernel", request.kernel, "Linux bzImage FILE")->required();
  ovmf->add_option("--initrd", request.initrd, "Its userland, FILE: that of lab/linux")->required();
  ovmf->add_flag("--json", request.json, "For a machine to read");
  request.ovmf = ovmf;
}

int demo(const DemoRequest& request) {
  // The attacks that the guest makes on purpose are shown as checks, not as warnings.
  if (spdlog::get_level() == spdlog::level::info) spdlog::set_level(spdlog::level::err);
  VcpuSet::install_kick_signal();
  return request.ovmf->parsed() ? demo_ovmf(request) : demo_embedded(request.json);
}

}  // namespace unpark::cli
