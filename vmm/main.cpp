// SPDX-License-Identifier: Apache-2.0
// The command line: flags and wiring, nothing else.
#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <iostream>
#include <memory>

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
      "NMI "
      "and SMI, until firmware in System Management Mode lets them in.",
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
  CLI::App* run_verb = app.add_subcommand("run", "Run a machine until it ends");
  run_verb->add_option("--firmware", run.firmware,
                       "auto (the host's OVMF with SMM; default with --kernel), builtin (default "
                       "without), a flash image FILE, or list: show what auto finds");
  run_verb->add_flag("--json", run.json, "With --firmware list: for a machine to read");
  run_verb->add_option("--vars", run.vars,
                       "Flash image FILE of the firmware's variables; written by the machine, and "
                       "made if missing with --firmware auto");
  run_verb->add_option("--kernel", run.kernel, "Linux bzImage FILE for the firmware to boot");
  run_verb->add_option("--initrd", run.initrd, "Initial RAM disk FILE for the kernel");
  run_verb->add_option("--append", run.append, "Command line of the kernel");
  run_verb->add_option("--cpus", run.cpus, "N[,max=M]: CPUs at start, possible CPUs")
      ->capture_default_str();
  run_verb->add_option("--memory", run.memory, "Size, e.g. 512M or 4G")->capture_default_str();
  run_verb
      ->add_option("--hugepages", run.huge_pages,
                   "Back memory with huge pages of 2M (default) or 1G")
      ->expected(0, 1)
      ->default_str("2M")
      ->check(CLI::IsMember({"2M", "1G"}));
  run_verb
      ->add_option("--tseg", run.tseg, "Memory of SMM that the firmware is offered: auto or a size")
      ->capture_default_str();
  run_verb->add_option("--control", run.control, "unix:PATH: a QMP socket to listen on");
  run_verb->add_option("--serial", run.serial, "COM1: stdio, file:PATH or none")
      ->capture_default_str();
  std::string trigger = "guest";
  run_verb
      ->add_option("--hotplug-trigger", trigger,
                   "Who raises the SMI for a new CPU: guest (its GPE handler) or vmm")
      ->check(CLI::IsMember({"guest", "vmm"}))
      ->capture_default_str();
  std::string guest_eject = "deny";
  run_verb
      ->add_option("--guest-eject", guest_eject,
                   "Whether the OS may eject CPUs that the host did not ask to remove")
      ->check(CLI::IsMember({"deny", "allow"}))
      ->capture_default_str();
  run_verb
      ->add_option("--hotplug-deadline", run.hotplug_deadline_s,
                   "Seconds after which a hot-add that is not complete is reported")
      ->check([](const std::string& text) {
        double seconds = 0;
        const bool number = CLI::detail::lexical_cast(text, seconds);
        // In this form NaN is refused too.
        if (number && seconds >= 0.01 && seconds <= 3600) return std::string{};
        return fmt::format("{} is not a number of seconds from 0.01 to 3600", text);
      })
      ->capture_default_str();

  std::string progress = "auto";
  run_verb
      ->add_option(
          "--progress", progress,
          "How far the boot has come, on stderr: auto (of any firmware but builtin) or off")
      ->check(CLI::IsMember({"auto", "off"}))
      ->capture_default_str();
  run_verb->add_option("--guest-options", run.guest_options,
                       "Words for the embedded guest, e.g. attack (guest/README.md)");

  bool json = false;
  cli::DemoRequest demo;
  CLI::App* demo_verb =
      app.add_subcommand("demo", "Hot-add a CPU, show all fifteen steps and what they prove");
  cli::add_demo_options(*demo_verb, demo);
  CLI::App* check_verb = app.add_subcommand("check-host", "What this host's KVM offers and lacks");
  check_verb->add_flag("--json", json, "For a machine to read");

  std::string tables_cpus = "1", tables_directory;
  CLI::App* tables_verb =
      app.add_subcommand("tables", "Write the ACPI tables of a machine as .aml");
  tables_verb->add_option("--cpus", tables_cpus, "N[,max=M]")->capture_default_str();
  tables_verb->add_option("--output", tables_directory, "Directory; made if missing")->required();

  cli::CtlRequest ctl;
  CLI::App* ctl_verb = app.add_subcommand("ctl", "Talk to a running machine");
  cli::add_ctl_options(*ctl_verb, ctl);

  cli::BenchReportVerbs bench_reports;
  CLI::App* bench_verb =
      app.add_subcommand("bench", "Measure, beside QEMU on the same host, and report");
  bench_verb->require_subcommand(1);
  cli::BenchRequest bench;
  bench.command.assign(argv, argv + argc);
  cli::add_bench_verbs(*bench_verb, bench);
  cli::add_bench_report_verbs(*bench_verb, bench_reports);

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
  run.trigger = trigger == "vmm" ? HotplugTrigger::kVmm : HotplugTrigger::kGuest;
  run.guest_eject_allowed = guest_eject == "allow";
  run.progress = progress == "auto";
  if (run_verb->parsed()) return cli::run(run);
  if (demo_verb->parsed()) return cli::demo(demo);
  if (check_verb->parsed()) return cli::check_host(json);
  if (tables_verb->parsed()) return cli::tables(tables_cpus, tables_directory);
  if (const auto status = cli::bench(bench)) return *status;
  if (const auto status = cli::bench_report(bench_reports)) return *status;
  return cli::ctl(ctl);
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
