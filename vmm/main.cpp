// SPDX-License-Identifier: Apache-2.0
// The command line: flags and wiring, nothing else.
#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "measure/cli_bench.h"
#include "vmm/cli_bench_report.h"
#include "vmm/cli_check_host.h"
#include "vmm/cli_ctl.h"
#include "vmm/cli_demo.h"
#include "vmm/cli_tables.h"
#include "vmm/exit_code.h"
#include "vmm/run_options.h"
#include "vmm/version.h"

namespace {

using namespace unpark;

constexpr std::string_view kFooter = R"(
Exit status: 0 all well; 1 it ran and something failed; 2 bad command line or input, nothing was
started; 3 this host cannot (no KVM, no SMM, a socket or file in the way), or no connection.
On a host whose KVM has no SMM, run any of this in the lab:  ./dev lab -- build/release/unpark ...)";

void set_up_log(const std::string& level) {
  auto logger = spdlog::stderr_color_mt("unpark");
  logger->set_pattern("unpark: %^%l%$: %v");
  logger->set_level(spdlog::level::from_str(level));
  spdlog::set_default_logger(std::move(logger));
}

int dispatch(int argc, char** argv) {
  CLI::App app{
      "A small KVM virtual machine monitor whose hot-added CPUs stay parked, deaf to INIT, SIPI, "
      "NMI and SMI, until firmware in System Management Mode lets them in.",
      "unpark"};
  app.footer(std::string(kFooter));
  app.set_version_flag("--version", fmt::format("unpark {}", kVersion));
  app.require_subcommand(0, 1);
  app.failure_message([](const CLI::App*, const CLI::Error& e) {
    return fmt::format("unpark: error: {}\nRun unpark --help for the verbs and their options.\n",
                       e.what());
  });
  app.fallthrough();
  std::string log = "info";
  app.add_option("--log", log, "How much to say on stderr")
      ->check(CLI::IsMember({"debug", "info", "warn", "err", "off"}))
      ->capture_default_str();

  cli::RunOptions run;
  cli::DemoRequest demo;
  bool json = false;
  std::string tables_cpus = "1", tables_directory;
  cli::CtlRequest ctl;
  cli::BenchReportVerbs bench_reports;
  cli::BenchRequest bench;
  const std::vector<std::string> command(argv, argv + argc);
  // The options of all verbs together take longer to make than a machine does: only those of the
  // verb that was typed.
  const auto verb = [&](const std::string& name, const std::string& what,
                        const std::function<void(CLI::App&)>& add_options) {
    CLI::App* added = app.add_subcommand(name, what);
    if (std::find(command.begin(), command.end(), name) != command.end()) add_options(*added);
    return added;
  };
  const CLI::App* run_verb = verb("run", "Run a machine until it ends",
                                  [&](CLI::App& v) { cli::add_run_options(v, run); });
  const CLI::App* demo_verb =
      verb("demo", "Hot-add a CPU, show all fifteen steps and what they prove",
           [&](CLI::App& v) { cli::add_demo_options(v, demo); });
  const CLI::App* check_verb =
      verb("check-host", "What this host's KVM offers and lacks",
           [&](CLI::App& v) { v.add_flag("--json", json, "For a machine to read"); });
  const CLI::App* tables_verb =
      verb("tables", "Write the ACPI tables of a machine as .aml", [&](CLI::App& v) {
        v.add_option("--cpus", tables_cpus, "N[,max=M]")->capture_default_str();
        v.add_option("--output", tables_directory, "Directory; made if missing")->required();
      });
  const CLI::App* ctl_verb =
      verb("ctl", "Talk to a running machine", [&](CLI::App& v) { cli::add_ctl_options(v, ctl); });
  verb("bench", "Measure, beside QEMU on the same host, and report", [&](CLI::App& v) {
    v.require_subcommand(1);
    bench.command = command;
    cli::add_bench_verbs(v, bench);
    cli::add_bench_report_verbs(v, bench_reports);
  });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? static_cast<int>(ExitCode::kOk) : static_cast<int>(ExitCode::kUsage);
  }
  if (app.get_subcommands().empty()) {
    std::cerr << "unpark: error: a verb is required\nRun unpark --help for the verbs and their "
                 "options.\n";
    return static_cast<int>(ExitCode::kUsage);
  }
  set_up_log(log);
  if (run_verb->parsed()) return cli::run(run);
  if (demo_verb->parsed()) return cli::demo(demo);
  if (check_verb->parsed()) return cli::check_host(json);
  if (tables_verb->parsed()) return cli::tables(tables_cpus, tables_directory);
  if (ctl_verb->parsed()) return cli::ctl(ctl);
  if (const auto status = cli::bench(bench)) return *status;
  return cli::bench_report(bench_reports).value_or(static_cast<int>(ExitCode::kUsage));
}

}  // namespace

int main(int argc, char** argv) {
  // Errors are values everywhere else; what is left is memory that the host does not have.
  try {
    return dispatch(argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "unpark: error: gave up: %s\n", e.what());
    return static_cast<int>(ExitCode::kFailed);
  }
}
