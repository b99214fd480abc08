// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace unpark::cli {

struct BenchReportRequest {
  std::string file, html;  // html: where to write the page; may be empty
};
struct BenchCompareRequest {
  std::string first, second;
  double margin_percent = 2;
  bool json = false;
};
// `unpark bench report` and `unpark bench compare`.
struct BenchReportVerbs {
  BenchReportRequest report;
  BenchCompareRequest compare;
  CLI::App* report_verb = nullptr;
  CLI::App* compare_verb = nullptr;
};

// Adds both to `bench`. `verbs` must outlive the parsing.
void add_bench_report_verbs(CLI::App& bench, BenchReportVerbs& verbs);

// Runs the one that was parsed; nothing if it was neither. The exit status: report: kOk, kUsage if
// the file is no report, kCannotStart if the page cannot be written. compare: kOk if the runs do
// not differ, kFailed if they do, kUsage if one is no report or they have nothing in common. Both:
// kFailed if standard output cannot be written.
std::optional<int> bench_report(const BenchReportVerbs& verbs);

}  // namespace unpark::cli
