// SPDX-License-Identifier: Apache-2.0
#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "bench/html_report.h"
#include "bench/report_json.h"
#include "bench/report_table.h"
#include "tests/fuzz/invariant.h"

namespace {

using namespace unpark;

// A small report that is right; the fuzzer puts pieces into it, so that it gets past the parser.
constexpr std::string_view kReport =
    R"({"schema":"unpark-bench-1","created":"2026-11-26T20:30:00Z","unpark":"0.1.0",)"
    R"("command":["unpark","bench","smi"],"complete":true,"host":{"cpu":"c","kernel":"6.1",)"
    R"("kvm_module":"kvm_amd","governor":"unknown","cpus":2,"kvm_parameters":{"npt":"Y"},)"
    R"("mitigations":{},"smm":"s","hypervisor":"TCG","emulated":true,"virtual":true,)"
    R"("tsc_khz":1000,"noise":{"measure":"m","value":1,"unit":"%","noisy":false}},"warnings":[],)"
    R"("order":[{"run":1,"peer":"unpark","bench":"smi","cpus":1,"started_s":0.5}],"benches":[)"
    R"({"name":"smi.single","title":"t","unit":"us","lower_is_better":true,"cpus":1,"state":"",)"
    R"("peers":[{"peer":"unpark","version":"0.1.0","rounds":[{"run":1,"samples":[1,2,3.5],)"
    R"("lost":0}]},{"peer":"qemu","version":"7.2","rounds":[{"run":2,"samples":[2,4],"lost":1}]}],)"
    R"("ratios":[{"of":"unpark","to":"qemu","value":0.5,"low":0.4,"high":0.6,"confidence":0.95,)"
    R"("method":"b"}],"targets":[{"to":"qemu","ratio":0.6}]}],"method":["a sentence"]})";

constexpr std::string_view kPieces[] = {
    "0",
    "-1",
    "1e15",
    "1e16",
    "1e999",
    "0.1",
    "18446744073709551616",
    "true",
    "null",
    "\"\"",
    "[]",
    "{}",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "\"",
    "\"user\"",
    "\\u0",
    "\x1b[2J",
    "<script>",
    "</title>",
    "\xff",
    "\xe2\x80\xae",
    "\"parked\":3,",
    "[[[[[[[[",
};

std::string compose(FuzzedDataProvider& in) {
  std::string text(kReport);
  while (in.remaining_bytes() > 2 && text.size() < 20000) {
    const auto at = in.ConsumeIntegralInRange<std::size_t>(0, text.size());
    const auto cut = in.ConsumeIntegralInRange<std::size_t>(0, 12);
    text.replace(at, std::min(cut, text.size() - at),
                 in.ConsumeBool() ? std::string(in.PickValueInArray(kPieces))
                                  : in.ConsumeRandomLengthString(8));
  }
  return text;
}

void check_table(const bench::Report& report) {
  const std::string table = bench::table_of(report, Paint{false}, 64);
  for (const char c : table) INVARIANT(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
}

void check_page(const bench::Report& report) {
  std::string page = bench::html_of(report);
  std::ranges::transform(page, page.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  INVARIANT(page.find("<script") == std::string::npos);
  INVARIANT(page.find('\x1b') == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider in(data, size);
  const std::string text = compose(in);
  const auto report = bench::read_report(text);
  if (!report) {
    INVARIANT(!report.error().message.empty());
    return 0;
  }
  // What was taken can be written and read, and says the same.
  const std::string written = bench::json_of(*report);
  const auto again = bench::read_report(written);
  INVARIANT(again.has_value());
  INVARIANT(bench::json_of(*again) == written);
  check_table(*report);
  check_page(*report);
  return 0;
}
