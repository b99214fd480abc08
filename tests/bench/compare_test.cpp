// SPDX-License-Identifier: Apache-2.0
#include "bench/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "bench/compare_output.h"
#include "bench/wording.h"
#include "tests/bench/sample_report.h"

namespace unpark::bench {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Report real() {
  return sample_report(/*emulated=*/false);
}

void scale(Report& r, const std::string& peer, double factor) {
  for (Bench& b : r.benches)
    for (Peer& p : b.peers)
      if (p.peer == peer)
        for (Round& round : p.rounds)
          for (double& s : round.samples) s *= factor;
}

// Enough for what is asked here; the sanitizers make it ten times slower.
const CompareOptions kQuick{.bootstrap = {.resamples = 200}};

const Comparison* row_of(const CompareResult& r, const std::string& bench, const std::string& peer,
                         const std::string& to = "") {
  for (const Comparison& row : r.rows)
    if (row.bench->name == bench && row.peer == peer && row.to == to) return &row;
  return nullptr;
}

TEST(Compare, ARunWithItselfIsTheSame) {
  const Report a = real();
  const auto r = compare(a, a, kQuick);
  ASSERT_TRUE(r);
  EXPECT_FALSE(r->differ());
  EXPECT_THAT(r->warnings, IsEmpty());
  const Comparison* row = row_of(*r, "smi.single", "unpark");
  ASSERT_TRUE(row);
  EXPECT_DOUBLE_EQ(row->ratio.value, 1);
}

TEST(Compare, FindsWhatBecameSlowerAndFaster) {
  const Report a = real();
  Report b = a;
  scale(b, "unpark", 1.25);
  scale(b, "qemu", 0.5);
  const auto r = compare(a, b, kQuick);
  ASSERT_TRUE(r);
  EXPECT_TRUE(r->differ());
  EXPECT_NEAR(row_of(*r, "smi.single", "unpark")->ratio.value, 1.25, 1e-9);
  EXPECT_EQ(row_of(*r, "smi.single", "unpark")->change, Change::kSlower);
  EXPECT_EQ(row_of(*r, "smi.single", "qemu")->change, Change::kFaster);
  EXPECT_EQ(row_of(*r, "smi.single", "bare")->change, Change::kSame);
  EXPECT_NEAR(row_of(*r, "smi.single", "unpark", "qemu")->ratio.value, 2.5, 1e-9);
  EXPECT_EQ(row_of(*r, "hotplug.cycles", "unpark")->change, Change::kFaster) << "more is better";
}

TEST(Compare, WhatIsWithinTheMarginIsTheSame) {
  Report a, b;
  a.benches = {{.name = "x", .peers = {{.peer = "unpark", .rounds = {{.samples = {100, 100}}}}}}};
  b = a;
  scale(b, "unpark", 1.015);
  EXPECT_FALSE(compare(a, b, kQuick)->differ());
  EXPECT_TRUE(compare(a, b, {.margin = 0.01, .bootstrap = {.resamples = 200}})->differ());
}

TEST(Compare, OnAnEmulatedHostOnlyRatiosDecide) {
  const Report a = sample_report(true);
  Report b = a;
  for (const char* peer : {"unpark", "qemu", "bare"}) scale(b, peer, 2);
  const auto r = compare(a, b, kQuick);
  ASSERT_TRUE(r);
  EXPECT_EQ(row_of(*r, "smi.single", "unpark")->change, Change::kSlower);
  EXPECT_FALSE(row_of(*r, "smi.single", "unpark")->counts);
  EXPECT_TRUE(row_of(*r, "smi.single", "unpark", "qemu")->counts);
  EXPECT_FALSE(r->differ()) << "all became slower together";
  EXPECT_THAT(r->warnings, Contains(HasSubstr("emulated")));
}

TEST(Compare, AnotherMachineIsWarnedAboutAndTimesDoNotDecide) {
  const Report a = real();
  Report b = a;
  b.host.cpu = "another CPU";
  scale(b, "bare", 3);
  scale(b, "qemu", 3);
  scale(b, "unpark", 3);
  const auto r = compare(a, b, kQuick);
  EXPECT_THAT(r->warnings, Contains(HasSubstr("another CPU")));
  EXPECT_FALSE(r->differ());
}

TEST(Compare, AnotherKernelIsWarnedAboutAndTimesDecide) {
  const Report a = real();
  Report b = a;
  b.host.kernel = "6.12";
  b.host.mitigations.clear();
  scale(b, "bare", 3);
  const auto r = compare(a, b, kQuick);
  EXPECT_THAT(r->warnings, AllOf(Contains(HasSubstr("6.12")), Contains(HasSubstr("mitigations"))));
  EXPECT_TRUE(r->differ());
}

TEST(Compare, WhatOnlyOneHasIsNamed) {
  const Report a = real();
  Report b = a;
  b.benches.erase(b.benches.begin());
  b.benches[0].cpus = 16;
  b.benches[1].peers.pop_back();
  b.benches[2].unit = "cycles";
  const auto r = compare(a, b, kQuick);
  ASSERT_TRUE(r);
  EXPECT_THAT(r->warnings,
              AllOf(Contains("Only the first has smi.single (1 CPU)"),
                    Contains(HasSubstr("Only the second has smi.broadcast.out (16 CPUs")),
                    Contains(HasSubstr("Only the first has bare in smi.broadcast.out")),
                    Contains(HasSubstr("is in us and in cycles"))));
  EXPECT_FALSE(row_of(*r, "smi.single", "unpark"));
}

TEST(Compare, OfRunsWithNothingInCommonFails) {
  const auto r = compare(real(), Report{}, kQuick);
  ASSERT_FALSE(r);
  EXPECT_THAT(r.error().message, HasSubstr("in common"));
}

TEST(Compare, LostSamplesAndZerosAreWarnedAbout) {
  Report a;
  a.benches = {{.name = "x",
                .peers = {{.peer = "unpark", .rounds = {{.samples = {1}}}},
                          {.peer = "qemu", .rounds = {{.samples = {}, .lost = 5}}},
                          {.peer = "bare", .rounds = {{.samples = {0, 0}}}}}}};
  const auto r = compare(a, a, kQuick);
  ASSERT_TRUE(r);
  EXPECT_EQ(r->rows.size(), 1u);
  EXPECT_THAT(r->warnings,
              AllOf(Contains(HasSubstr("qemu of x")), Contains(HasSubstr("bare of x"))));
}

TEST(CompareTable, ShowsBothMediansTheIntervalAndTheVerdict) {
  Report a, b;
  a.benches = {{.name = "smi.single",
                .unit = "us",
                .peers = {{.peer = "unpark", .rounds = {{.samples = {100, 100}}}}}}};
  b = a;
  scale(b, "unpark", 1.5);
  const CompareOptions& how = kQuick;
  EXPECT_EQ(table_of(*compare(a, b, how), how, Paint(false), 80),
            "                        first     second  second / first\n"
            "smi.single (1 CPU), us\n"
            "  unpark                  100        150  1.50  1.50 to 1.50     slower\n"
            "\n"
            "The runs differ: of 1 comparison 0 faster or better, 1 slower or worse (95 %\n"
            "intervals wholly beyond 2 %).\n");
}

TEST(CompareTable, FitsItsWidthAndMarksWhatDoesNotCount) {
  const Report a = sample_report(true);
  const CompareOptions& how = kQuick;
  const std::string text = table_of(*compare(a, a, how), how, Paint(false), 64);
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) EXPECT_LE(width_of(line), 64u) << line;
  EXPECT_THAT(text, AllOf(HasSubstr("(same)"), HasSubstr("do not count"), Not(HasSubstr("\033"))));
}

TEST(CompareJson, SaysTheSame) {
  const Report a = real();
  Report b = a;
  scale(b, "unpark", 1.25);
  const CompareOptions& how = kQuick;
  const auto result = compare(a, b, how);
  const auto j = nlohmann::json::parse(json_of(*result, how), nullptr, false);
  ASSERT_FALSE(j.is_discarded());
  EXPECT_EQ(j.at("schema"), "unpark-bench-compare-1");
  EXPECT_EQ(j.at("differ"), true);
  EXPECT_EQ(j.at("confidence"), 0.95);
  EXPECT_EQ(j.at("margin"), 0.02);
  ASSERT_EQ(j.at("rows").size(), result->rows.size());
  const auto& row = j.at("rows").at(0);
  EXPECT_EQ(row.at("bench"), "smi.single");
  EXPECT_EQ(row.at("peer"), "unpark");
  EXPECT_EQ(row.at("to"), nullptr);
  EXPECT_EQ(row.at("change"), "slower");
  EXPECT_EQ(row.at("counts"), true);
  EXPECT_NEAR(row.at("ratio").get<double>(), 1.25, 1e-9);
}

TEST(ChangeWord, IsThatOfTheUnit) {
  EXPECT_EQ(word_of(Change::kFaster, "us"), "faster");
  EXPECT_EQ(word_of(Change::kSlower, "1/s"), "slower");
  EXPECT_EQ(word_of(Change::kSlower, "KiB"), "worse");
  EXPECT_EQ(word_of(Change::kSame, "KiB"), "same");
}

}  // namespace
}  // namespace unpark::bench
