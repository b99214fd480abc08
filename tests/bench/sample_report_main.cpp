// SPDX-License-Identifier: Apache-2.0
// Prints the made-up report as JSON, to look at what is made of it:
//   sample_bench_report >sample.json && unpark bench report sample.json --html sample.html
#include <cstdio>

#include "bench/report_json.h"
#include "tests/bench/sample_report.h"

int main() {
  const std::string text = unpark::bench::json_of(unpark::bench::sample_report());
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1;
}
