// SPDX-License-Identifier: Apache-2.0
#include "bench/report_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "bench/wording.h"
#include "tests/bench/sample_report.h"

namespace unpark::bench {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

Report small() {
  Report r{.created = "2026-11-26T20:30:00Z", .unpark = "0.1.0"};
  r.host.cpu = "a CPU";
  r.host.cpus = 2;
  r.host.kernel = "6.1";
  r.host.kvm_module = "kvm_amd";
  Bench b{.name = "smi.single", .title = "SMI on one CPU", .unit = "us"};
  b.peers = {{.peer = "unpark", .rounds = {{.samples = {6, 6, 6}}}},
             {.peer = "qemu", .rounds = {{.samples = {10, 10, 10}}}},
             {.peer = "bare", .rounds = {{.samples = {5, 5, 5}}}}};
  b.targets = {{"qemu", 0.6}, {"bare", 1.15}};
  r.benches = {b};
  add_figures(r);
  return r;
}

TEST(ReportTable, IsThis) {
  EXPECT_EQ(table_of(small(), Paint(false), 80),
            "unpark bench, 2026-11-26T20:30:00Z, unpark 0.1.0\n"
            "  a CPU; 2 CPUs; Linux 6.1; kvm_amd\n"
            "\n"
            "  peer          median        99 %  unpark / peer           target\n"
            "\n"
            "SMI on one CPU (smi.single): 1 CPU, us\n"
            "  unpark             6           6\n"
            "  qemu              10          10  0.600 0.600 to 0.600    met 0.6 ~\n"
            "  bare               5           5  1.20  1.20 to 1.20      missed 1.15\n"
            "\n"
            "Targets: 1 met, 1 missed.\n"
            "Ratios are of medians, with 95 % intervals. ~ the interval includes the target:\n"
            "another run could say otherwise.\n");
}

TEST(ReportTable, FitsEveryWidthThatATableCanHave) {
  Report r = sample_report();
  r.benches[0].title = std::string(300, 'x');
  r.benches[1].peers[0].peer = std::string(300, 'y');
  r.benches[2].ratios[0].interval = {123456, 1e-9, 1e12};
  r.host.cpu = std::string(300, 'z');
  r.warnings = {std::string(300, 'w')};
  for (const int columns : {64, 70, 76, 80, 120, 300})
    for (const std::string& line : lines_of(table_of(r, Paint(false), columns)))
      EXPECT_LE(width_of(line), static_cast<std::size_t>(columns)) << line;
  EXPECT_EQ(table_of(r, Paint(false), -1), table_of(r, Paint(false), 64));
}

TEST(ReportTable, NarrowOneLeavesOutThe99thPercentile) {
  EXPECT_THAT(table_of(small(), Paint(false), 70),
              AllOf(Not(HasSubstr("99 %")), HasSubstr("met 0.6")));
}

TEST(ReportTable, WarningsStandBeforeTheFigures) {
  const std::string text = table_of(sample_report(), Paint(false), 100);
  EXPECT_THAT(text, HasSubstr("WARNING: The host is emulated (TCG)"));
  EXPECT_LT(text.find("WARNING"), text.find("smi.single"));
  EXPECT_LT(text.find("noisy"), text.find("smi.single"));
}

TEST(ReportTable, HasColourOnlyWhenAsked) {
  EXPECT_THAT(table_of(sample_report(), Paint(false), 100), Not(HasSubstr("\033")));
  EXPECT_THAT(table_of(sample_report(), Paint(true), 100),
              AllOf(HasSubstr("\033[32m  met 0.6"), HasSubstr("\033[31m  missed 0.2"),
                    HasSubstr("\033[33m  WARNING")));
}

TEST(ReportTable, StringsOfTheReportDoNotSteerTheTerminal) {
  Report r = small();
  const std::string bad = "\033]0;x\007\r\n\xc2\x9b";
  r.created = r.unpark = r.host.cpu = r.host.kernel = bad;
  r.warnings = {bad};
  r.benches[0].name = r.benches[0].title = r.benches[0].unit = r.benches[0].state = bad;
  r.benches[0].peers[0].peer = bad;
  const std::string text = table_of(r, Paint(false), 200);
  for (const char* piece : {"\033", "\007", "\r", "\xc2\x9b"})
    EXPECT_THAT(text, Not(HasSubstr(piece)));
}

TEST(ReportTable, OfNothingSaysSo) {
  EXPECT_THAT(table_of({}, Paint(false), 80), HasSubstr("No bench was run."));
  Report r;
  r.benches = {{.name = "empty"}, {.name = "lost", .peers = {{.peer = "qemu"}}}};
  EXPECT_THAT(table_of(r, Paint(false), 80),
              AllOf(HasSubstr("nothing was measured"), HasSubstr("none")));
}

}  // namespace
}  // namespace unpark::bench
