// SPDX-License-Identifier: Apache-2.0
#include "vmm/cli_bench_report.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>

#include "bench/compare.h"
#include "bench/compare_output.h"
#include "bench/html_report.h"
#include "bench/report_json.h"
#include "bench/report_table.h"
#include "vmm/exit_code.h"
#include "vmm/fd.h"
#include "vmm/terminal.h"
#include "vmm/whole_file.h"

namespace unpark::cli {

namespace {

int status(ExitCode code) {
  return static_cast<int>(code);
}

Result<bench::Report, Error> load(const std::string& path) {
  const auto bytes =
      TRY(read_whole_file("report", path, "; `unpark bench` with --json writes one",
                          [](std::uint64_t size) -> std::optional<std::string> {
                            if (size <= bench::kMaxReportBytes) return std::nullopt;
                            return fmt::format("has {} bytes; a report may have {} MiB", size,
                                               bench::kMaxReportBytes >> 20);
                          }));
  const char* data = reinterpret_cast<const char*>(bytes.data());
  auto report = bench::read_report(std::string_view(data, bytes.size()));
  if (!report) return Unexpected{Error{fmt::format("report {}: {}", path, report.error().message)}};
  return report;
}

Result<Done, Error> write_file(const std::string& path, std::string_view text) {
  const auto failed = [&](const char* call) {
    return Unexpected{Error{
        fmt::format("--html {}: cannot be written: {}", path, describe(SysError{call, errno}))}};
  };
  const UniqueFd fd{::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)};
  if (!fd) return failed("open");
  while (!text.empty()) {
    const ssize_t n = ::write(fd.get(), text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed("write");
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return Done{};
}

// `code` if all of `text` has been written.
int print(const std::string& text, ExitCode code) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0)
    return status(code);
  spdlog::error("standard output could not be written: {}", describe(SysError{"write", errno}));
  return status(ExitCode::kFailed);
}

int refuse(const Error& error, ExitCode code) {
  spdlog::error("{}", error.message);
  return status(code);
}

int report(const BenchReportRequest& request) {
  const auto loaded = load(request.file);
  if (!loaded) return refuse(loaded.error(), ExitCode::kUsage);
  if (!request.html.empty()) {
    const auto written = write_file(request.html, bench::html_of(*loaded));
    if (!written) return refuse(written.error(), ExitCode::kCannotStart);
  }
  const Paint paint(shows_colour(STDOUT_FILENO));
  return print(bench::table_of(*loaded, paint, columns_of(STDOUT_FILENO)), ExitCode::kOk);
}

int compare(const BenchCompareRequest& request) {
  const auto first = load(request.first);
  if (!first) return refuse(first.error(), ExitCode::kUsage);
  const auto second = load(request.second);
  if (!second) return refuse(second.error(), ExitCode::kUsage);
  const bench::CompareOptions how{.margin = request.margin_percent / 100};
  const auto result = bench::compare(*first, *second, how);
  if (!result)
    return refuse(
        {fmt::format("{} and {}: {}", request.first, request.second, result.error().message)},
        ExitCode::kUsage);
  const Paint paint(shows_colour(STDOUT_FILENO));
  const std::string text = request.json
                               ? bench::json_of(*result, how)
                               : bench::table_of(*result, how, paint, columns_of(STDOUT_FILENO));
  return print(text, result->differ() ? ExitCode::kFailed : ExitCode::kOk);
}

}  // namespace

void add_bench_report_verbs(CLI::App& bench, BenchReportVerbs& verbs) {
  verbs.report_verb = bench.add_subcommand("report", "Show a report that --json has written");
  verbs.report_verb->add_option("file", verbs.report.file, "The report")->required();
  verbs.report_verb->add_option("--html", verbs.report.html,
                                "Also write it as one page to FILE, which is replaced");
  verbs.compare_verb = bench.add_subcommand("compare", "Whether two runs differ");
  verbs.compare_verb->add_option("first", verbs.compare.first, "The earlier report")->required();
  verbs.compare_verb->add_option("second", verbs.compare.second, "The later one")->required();
  verbs.compare_verb
      ->add_option("--margin", verbs.compare.margin_percent,
                   "Percent by which a median may move and still be called the same")
      ->check([](const std::string& text) {
        double percent = 0;
        const bool number = CLI::detail::lexical_cast(text, percent);
        if (number && percent >= 0 && percent <= 100) return std::string{};
        return fmt::format("{} is not a number of percent from 0 to 100", text);
      })
      ->capture_default_str();
  verbs.compare_verb->add_flag("--json", verbs.compare.json, "For a machine to read");
  verbs.compare_verb->footer("Exit status: 0 they do not differ; 1 they do; 2 bad input.");
}

std::optional<int> bench_report(const BenchReportVerbs& verbs) {
  if (verbs.report_verb->parsed()) return report(verbs.report);
  if (verbs.compare_verb->parsed()) return compare(verbs.compare);
  return std::nullopt;
}

}  // namespace unpark::cli
