// SPDX-License-Identifier: Apache-2.0
#include "measure/cli_bench.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <stdlib.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>

#include "bench/report_table.h"
#include "bench/wording.h"
#include "measure/boot_bench.h"
#include "measure/host_facts.h"
#include "measure/hotplug_bench.h"
#include "measure/linux_bench.h"
#include "measure/report_files.h"
#include "measure/smi_bench.h"
#include "measure/smi_parts.h"
#include "vmm/exit_code.h"
#include "vmm/host_check.h"
#include "vmm/terminal.h"
#include "vmm/version.h"

namespace unpark::cli {

namespace {

using namespace unpark::measure;

constexpr std::uint32_t kSamples = 10'000, kSamplesEmulated = 200;
constexpr std::uint32_t kMostSamples =
    16'000;  // the guest has room for 16384, its warm-up included

int fail(ExitCode code, const std::string& sentence) {
  // It may quote a guest.
  spdlog::error("{}", bench::printable(sentence));
  return static_cast<int>(code);
}

Result<Options, Error> options_of(const BenchRequest& request) {
  Options options;
  options.cpus = TRY(parse_cpu_list("--cpus", request.cpus));
  if (request.parked != "none") options.parked = TRY(parse_cpu_list("--parked", request.parked));
  options.rounds = request.rounds;
  options.samples = request.samples;
  if (request.kernel.empty() != request.initrd.empty())
    return Unexpected{Error{"--kernel and --initrd go together"}};
  if (!request.kernel.empty())
    options.linux_guest = TRY(find_linux_guest(request.kernel, request.initrd));
  const char* path = ::getenv("PATH");
  options.with_qemu = request.peer == "qemu" ||
                      (request.peer.empty() && on_path(kQemuProgram, path != nullptr ? path : ""));
  return options;
}

// The report before anything is measured.
bench::Report begin(const BenchRequest& request, const Options& options) {
  bench::Report report;
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  report.created = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now));
  report.unpark = kVersion;
  report.command = request.command;
  report.host = host_facts();
  if (report.host.is_virtual && !report.host.emulated)
    warn(report,
         fmt::format("this host is a virtual machine itself ({}): every exit is dearer than "
                     "on hardware",
                     report.host.hypervisor));
  if (!options.with_qemu && request.peer.empty())
    warn(report, fmt::format("no {} on PATH: there is nothing to compare with", kQemuProgram));
  return report;
}

Result<Done, Stop> measure_all(const std::string& what, Session& session) {
  if (what == "smi" || what == "all") {
    (void)TRY(bench_smi(session));
    (void)TRY(bench_smi_parts(session));
  }
  if (what == "boot" || what == "all") (void)TRY(bench_boot(session));
  if (what == "hotplug" || what == "all") (void)TRY(bench_hotplug(session));
  if (session.options.linux_guest) (void)TRY(bench_linux(session));
  return Done{};
}

int run(const BenchRequest& request) {
  auto options = options_of(request);
  if (!options) return fail(ExitCode::kUsage, options.error().message);
  auto files = ReportFiles::open(request.output);
  if (!files) return fail(ExitCode::kCannotStart, files.error().message);
  if (const HostCheck check = check_host(); !check.ok())
    return fail(ExitCode::kCannotStart, refusal_of(check.lacks()));
  const auto interrupt = Interrupt::create();
  if (!interrupt) return fail(ExitCode::kCannotStart, interrupt.error().message);
  auto peers = Peers::find(options->with_qemu);
  if (!peers) return fail(ExitCode::kCannotStart, peers.error().message);
  bench::Report report = begin(request, *options);
  if (options->samples == 0) options->samples = report.host.emulated ? kSamplesEmulated : kSamples;

  Session session{*options,
                  *peers,
                  *interrupt,
                  report,
                  [](const std::string& text) { fmt::print(stderr, "bench: {}\n", text); },
                  {}};
  const auto done = measure_all(request.what, session);
  if (!done && done.error().why == Stop::Why::kCannotStart && report.benches.empty())
    return fail(ExitCode::kCannotStart, done.error().sentence);
  report.complete = done.has_value();
  if (!done) report.incomplete = done.error().sentence;
  bench::add_figures(report);
  const auto written = files->write(report, request.json);
  if (!written) return fail(ExitCode::kFailed, written.error().message);
  if (!request.json)
    fmt::print("{}", bench::table_of(report, Paint(shows_colour(STDOUT_FILENO)),
                                     columns_of(STDOUT_FILENO)));
  if (!done) return fail(ExitCode::kFailed, "the report is partial: " + report.incomplete);
  if (const auto lost = lost_samples(report); lost != 0)
    return fail(
        ExitCode::kFailed,
        fmt::format("{} samples were lost: a CPU missed an SMI, another SMI came between, or "
                    "events of KVM's tracepoints were lost; "
                    "the report says where",
                    lost));
  return static_cast<int>(ExitCode::kOk);
}

void add_verb(CLI::App& bench, BenchRequest& request, const std::string& name,
              const std::string& what) {
  CLI::App* verb = bench.add_subcommand(name, what);
  verb->callback([&request, name] { request.what = name; });
  const bool linux_too = name == "linux" || name == "all";
  if (linux_too) {
    auto* kernel =
        verb->add_option("--kernel", request.kernel, "Linux bzImage FILE to boot under OVMF");
    auto* initrd = verb->add_option("--initrd", request.initrd,
                                    "Its initial RAM disk FILE: lab/linux/prepare makes one");
    kernel->required(name == "linux");
    initrd->required(name == "linux");
  }
  if (name != "linux")
    verb->add_option("--cpus", request.cpus, "Numbers of CPUs to measure with")
        ->capture_default_str();
  if (name != "linux" && name != "hotplug")
    verb->add_option("--parked", request.parked,
                     "Numbers of parked CPUs to measure unpark with too, or none")
        ->capture_default_str();
  verb->add_option("--samples", request.samples,
                   fmt::format("Samples of each series in a round (default {}; {} on an emulated "
                               "host)",
                               kSamples, kSamplesEmulated))
      ->check(CLI::Range(1u, kMostSamples));
  verb->add_option("--rounds", request.rounds, "Rounds of all peers in turn")
      ->check(CLI::Range(1u, kMostRounds))
      ->capture_default_str();
  verb->add_option("--peer", request.peer,
                   "qemu: compare with QEMU (default if it is on PATH); none: do not")
      ->check(CLI::IsMember({"qemu", "none"}));
  verb->add_option("--output", request.output,
                   "Folder for report.json and report.html; made if missing");
  verb->add_flag("--json", request.json, "Print the report as JSON, not a table");
}

}  // namespace

void add_bench_verbs(CLI::App& bench, BenchRequest& request) {
  add_verb(bench, request, "smi", "Latency of SMIs, by the guest's TSC");
  add_verb(bench, request, "boot", "Time from process start, and memory beyond the guest's RAM");
  add_verb(bench, request, "hotplug", "Time from the order of a CPU; one at a time, eight at once");
  add_verb(bench, request, "linux",
           "OVMF and Linux: time to init, memory, hot-add to _OST and online");
  add_verb(bench, request, "all", "All of these; Linux if its files are given");
}

std::optional<int> bench(const BenchRequest& request) {
  if (request.what.empty()) return std::nullopt;
  return run(request);
}

}  // namespace unpark::cli
