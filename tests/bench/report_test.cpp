// SPDX-License-Identifier: Apache-2.0
#include "bench/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/growth.h"
#include "tests/bench/sample_report.h"

namespace unpark::bench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Bench bench_with_ratio(double value, double low, double high, bool lower_is_better = true) {
  Bench b{.name = "b", .lower_is_better = lower_is_better};
  b.peers = {{.peer = "unpark"}, {.peer = "qemu"}};
  b.ratios = {{.of = "unpark", .to = "qemu", .interval = {value, low, high}}};
  b.targets = {{"qemu", 0.5}};
  return b;
}

TEST(Target, IsMetWhenTheRatioReachesIt) {
  const auto met = target_results(bench_with_ratio(0.5, 0.45, 0.49));
  ASSERT_EQ(met.size(), 1u);
  EXPECT_EQ(met[0].verdict, Verdict::kMet);
  EXPECT_TRUE(met[0].clear);
  const auto missed = target_results(bench_with_ratio(0.51, 0.49, 0.6));
  EXPECT_EQ(missed[0].verdict, Verdict::kMissed);
  EXPECT_FALSE(missed[0].clear) << "0.5 is within 0.49 to 0.6";
}

TEST(Target, IsReachedFromBelowWhereMoreIsBetter) {
  EXPECT_EQ(target_results(bench_with_ratio(0.6, 0.5, 0.7, false))[0].verdict, Verdict::kMet);
  EXPECT_EQ(target_results(bench_with_ratio(0.4, 0.3, 0.5, false))[0].verdict, Verdict::kMissed);
}

TEST(Target, WithoutARatioHasNoResult) {
  Bench b = bench_with_ratio(0.5, 0.4, 0.6);
  b.targets = {{"bare", 1.15}};
  EXPECT_THAT(target_results(b), IsEmpty());
}

TEST(AddFigures, GivesSummariesAndRatiosToEveryOtherPeer) {
  Report r;
  r.benches = {{.peers = {{.peer = "qemu", .rounds = {{.samples = {10, 10}}}},
                          {.peer = "unpark", .rounds = {{.samples = {6, 6}}}},
                          {.peer = "bare", .rounds = {{.samples = {}, .lost = 2}}}}},
               {.peers = {{.peer = "qemu", .rounds = {{.samples = {1}}}}}}};
  add_figures(r);
  EXPECT_EQ(r.benches[0].peers[0].summary.p50, 10);
  EXPECT_EQ(r.benches[0].peers[2].summary.n, 0u);
  ASSERT_EQ(r.benches[0].ratios.size(), 1u) << "none to a peer without samples";
  EXPECT_EQ(r.benches[0].ratios[0].to, "qemu");
  EXPECT_DOUBLE_EQ(r.benches[0].ratios[0].interval.value, 0.6);
  EXPECT_THAT(r.benches[0].ratios[0].method, HasSubstr("2000 resamples, seed 1"));
  EXPECT_THAT(r.benches[1].ratios, IsEmpty()) << "no unpark";
}

TEST(Warnings, NameEverythingThatSpoilsTheFigures) {
  Report r;
  EXPECT_THAT(warnings_of(r), IsEmpty());
  r.complete = false;
  r.incomplete = "SIGINT came";
  r.host.emulated = r.host.is_virtual = true;
  r.host.hypervisor = "TCG";
  r.host.noise = {.measure = "longest gap", .value = 412.5, .unit = "us", .noisy = true};
  r.benches = {{.peers = {{.peer = "qemu", .rounds = {{.samples = {1, 2}, .lost = 3}}}}}};
  r.warnings = {"of the report"};
  add_figures(r);
  EXPECT_THAT(warnings_of(r),
              ElementsAre("The report is incomplete: SIGINT came", HasSubstr("emulated (TCG)"),
                          "The host is noisy: 412.5 us (longest gap)",
                          "3 of 5 samples of qemu were lost", "of the report"));
}

TEST(Warnings, SayThatKvmIsNested) {
  Report r;
  r.host.is_virtual = true;
  r.host.hypervisor = "KVM";
  EXPECT_THAT(warnings_of(r), ElementsAre(HasSubstr("virtual machine (KVM)")));
}

TEST(Growth, IsFoundOverCpusAndOverParkedCpus) {
  const Report r = sample_report();
  const auto all = growths_of(r);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].over, Growth::Over::kCpus);
  ASSERT_EQ(all[0].benches.size(), 3u);
  EXPECT_EQ(all[0].benches[0]->name, "smi.broadcast.out");
  EXPECT_EQ(all[0].benches[2]->cpus, 8u);
  EXPECT_EQ(title_of(all[0]), "Broadcast SMI, to the last CPU out, the others halted");
  EXPECT_EQ(all[1].over, Growth::Over::kParked);
  EXPECT_EQ(all[1].benches[2]->parked, 64u);
  EXPECT_THAT(peers_of(all[1]), ElementsAre("unpark", "bare"));
  EXPECT_THAT(title_of(all[1]), HasSubstr("4 CPUs, the others halted"));
}

TEST(Growth, IsInOrderWhateverTheOrderOfBenches) {
  Report r = sample_report();
  std::reverse(r.benches.begin(), r.benches.end());
  for (const Growth& g : growths_of(r))
    for (std::size_t i = 1; i < g.benches.size(); ++i)
      EXPECT_LT(g.at(*g.benches[i - 1]), g.at(*g.benches[i]));
}

TEST(Growth, OfBenchesOnOneMachineIsNone) {
  Report r;
  r.benches = {{.name = "a"}, {.name = "b"}, {.name = "a"}};
  EXPECT_THAT(growths_of(r), IsEmpty());
}

}  // namespace
}  // namespace unpark::bench
