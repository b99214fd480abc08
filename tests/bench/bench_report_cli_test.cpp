// SPDX-License-Identifier: Apache-2.0
// `unpark bench report` and `unpark bench compare` as a stranger meets them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "bench/report_json.h"
#include "tests/bench/sample_report.h"
#include "tests/vmm/environment_variable.h"
#include "tests/vmm/unpark_program.h"

namespace unpark::bench {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr int kOk = 0, kFailed = 1, kUsage = 2, kCannotStart = 3;

struct BenchVerbs : testing::Test {
  TempDir dir;
  const EnvironmentVariable columns{"COLUMNS", "80"};

  std::string put(const std::string& name, const std::string& text) {
    std::ofstream(dir / name, std::ios::binary) << text;
    return dir / name;
  }
  std::string sample() { return put("a.json", json_of(sample_report())); }

  static void expect_refusal(const ProgramEnd& end, int status, const std::string& names) {
    EXPECT_EQ(end.status, status) << end.err;
    EXPECT_EQ(end.out, "");
    EXPECT_THAT(end.err, AllOf(StartsWith("unpark: error: "), HasSubstr(names)));
    EXPECT_LE(std::count(end.err.begin(), end.err.end(), '\n'), 2) << end.err;
  }
};

TEST_F(BenchVerbs, ReportShowsTheTableWithoutColourInAFile) {
  const ProgramEnd end = run_unpark({"bench", "report", sample()});
  EXPECT_EQ(end.status, kOk);
  EXPECT_EQ(end.err, "");
  EXPECT_THAT(end.out,
              AllOf(HasSubstr("smi.single"), HasSubstr("WARNING"), Not(HasSubstr("\033"))));
}

TEST_F(BenchVerbs, ReportWritesThePage) {
  const ProgramEnd end = run_unpark({"bench", "report", sample(), "--html", dir / "a.html"});
  EXPECT_EQ(end.status, kOk) << end.err;
  EXPECT_THAT(text_of(dir / "a.html"), StartsWith("<!DOCTYPE html>"));
}

TEST_F(BenchVerbs, PageThatCannotBeWrittenIsRefusedWithItsName) {
  expect_refusal(run_unpark({"bench", "report", sample(), "--html", "/none/a.html"}), kCannotStart,
                 "/none/a.html");
  expect_refusal(run_unpark({"bench", "report", sample(), "--html", "/dev/full"}), kCannotStart,
                 "/dev/full");
}

TEST_F(BenchVerbs, WhatIsNoReportIsRefusedWithItsName) {
  const std::string text = json_of(sample_report());
  expect_refusal(run_unpark({"bench", "report", dir / "none"}), kUsage, dir / "none");
  expect_refusal(run_unpark({"bench", "report", "/dev/zero"}), kUsage, "not a regular file");
  expect_refusal(run_unpark({"bench", "report", put("e", "")}), kUsage, "is empty");
  expect_refusal(run_unpark({"bench", "report", put("c", text.substr(0, text.size() / 2))}), kUsage,
                 "cut off");
  expect_refusal(run_unpark({"bench", "report", put("n", "#!/bin/sh\n")}), kUsage, "is not JSON");
  expect_refusal(run_unpark({"bench", "report", put("s", "{\"schema\": 1}")}), kUsage,
                 "schema is 1");
  std::filesystem::resize_file(put("h", "{"), std::uintmax_t{1} << 33);
  expect_refusal(run_unpark({"bench", "report", dir / "h"}), kUsage, "64 MiB");
}

TEST_F(BenchVerbs, CompareOfARunWithItselfIsZero) {
  const std::string a = sample();
  const ProgramEnd end = run_unpark({"bench", "compare", a, a});
  EXPECT_EQ(end.status, kOk) << end.err;
  EXPECT_THAT(end.out, HasSubstr("The runs do not differ"));
}

TEST_F(BenchVerbs, CompareOfRunsThatDifferIsOne) {
  Report slower = sample_report();
  for (Bench& b : slower.benches)
    for (Round& r : b.peers[0].rounds)
      for (double& s : r.samples) s *= 1.5;
  add_figures(slower);
  const std::string a = sample(), b = put("b.json", json_of(slower));
  const ProgramEnd end = run_unpark({"bench", "compare", a, b});
  EXPECT_EQ(end.status, kFailed) << end.err;
  EXPECT_THAT(end.out, AllOf(HasSubstr("The runs differ"), HasSubstr("slower")));
  const ProgramEnd as_json = run_unpark({"bench", "compare", a, b, "--json"});
  EXPECT_EQ(as_json.status, kFailed);
  const auto j = nlohmann::json::parse(as_json.out, nullptr, false);
  ASSERT_FALSE(j.is_discarded());
  EXPECT_EQ(j.at("differ"), true);
  EXPECT_EQ(run_unpark({"bench", "compare", a, b, "--margin", "60"}).status, kOk);
}

TEST_F(BenchVerbs, CompareRefusesWhatItCannotCompare) {
  const std::string a = sample();
  expect_refusal(run_unpark({"bench", "compare", a, dir / "none"}), kUsage, dir / "none");
  expect_refusal(run_unpark({"bench", "compare", a, put("o", json_of(Report{}))}), kUsage,
                 "in common");
  expect_refusal(run_unpark({"bench", "compare", a, a, "--margin", "nan"}), kUsage, "--margin");
  expect_refusal(run_unpark({"bench", "compare", a}), kUsage, "second");
}

TEST_F(BenchVerbs, OutputThatCannotBeWrittenIsAFailure) {
  const ProgramEnd end = run_program(
      {"sh", "-c", "exec \"$0\" bench report \"$1\" >/dev/full", UNPARK_PROGRAM, sample()});
  EXPECT_EQ(end.status, kFailed);
  EXPECT_THAT(end.err, HasSubstr("standard output"));
}

}  // namespace
}  // namespace unpark::bench
