// SPDX-License-Identifier: Apache-2.0
// What the demo claims: true when all is well, false when any of it is not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/vmm/demo_fixture.h"

namespace unpark::demo {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// The one check that failed; fails unless it is one.
Check only_failed(DemoRun run) {
  judge(run);
  EXPECT_FALSE(run.passed());
  const auto failed = [](const Check& c) { return !c.passed; };
  EXPECT_EQ(std::count_if(run.checks.begin(), run.checks.end(), failed), 1);
  const auto it = std::find_if(run.checks.begin(), run.checks.end(), failed);
  return it == run.checks.end() ? Check{} : *it;
}

TEST(Judge, RunInWhichAllIsWellPassesWithBothTriggers) {
  for (const HotplugTrigger t : {HotplugTrigger::kGuest, HotplugTrigger::kVmm}) {
    DemoRun run = good_run(t);
    judge(run);
    EXPECT_TRUE(run.passed());
    for (const Check& c : run.checks) EXPECT_TRUE(c.passed) << c.claim << ": " << c.evidence;
  }
}

TEST(Judge, RunThatWasNotJudgedHasNotPassed) {
  EXPECT_FALSE(good_run().passed());
}

TEST(Judge, MissingStepNamesTheCpuAndWhatWasWaitedFor) {
  DemoRun run = good_run();
  run.record->steps[11] = {};  // 10
  EXPECT_THAT(only_failed(run).evidence,
              AllOf(HasSubstr("step 10"), HasSubstr("CPU 2"), HasSubstr("new CPU, SMM")));
}

TEST(Judge, FirstOfSeveralMissingStepsIsNamed) {
  DemoRun run = good_run();
  run.record->steps[16] = run.record->steps[7] = run.record->steps[9] = {};
  EXPECT_THAT(only_failed(run).evidence, HasSubstr("step 07b"));
}

TEST(Judge, ParkedCpuThatMovedFails) {
  DemoRun run = good_run();
  run.record->parked_state_intact = false;
  EXPECT_THAT(only_failed(run).claim, HasSubstr("parked"));
}

TEST(Judge, AttacksThatWereNotRefusedFail) {
  DemoRun run = good_run();
  run.refused = {};
  EXPECT_THAT(only_failed(run).claim, HasSubstr("refused"));
}

TEST(Judge, RefusalsAreShownWithTheirCount) {
  DemoRun run = good_run();
  judge(run);
  const auto it = std::find_if(run.checks.begin(), run.checks.end(), [](const Check& c) {
    return c.claim.find("refused") != std::string::npos;
  });
  ASSERT_NE(it, run.checks.end());
  EXPECT_THAT(it->evidence, AllOf(HasSubstr("12"), HasSubstr("3")));
}

struct SmbaseCase {
  std::string why;
  std::optional<std::uint64_t> before, after;
};
void PrintTo(const SmbaseCase& c, std::ostream* out) {
  *out << c.why;
}
class Smbase : public testing::TestWithParam<SmbaseCase> {};

TEST_P(Smbase, OutsideOfTsegFails) {
  DemoRun run = good_run();
  run.record->smbase_before = GetParam().before;
  run.record->smbase_after = GetParam().after;
  EXPECT_THAT(only_failed(run).claim, AllOf(HasSubstr("SMBASE"), HasSubstr("TSEG")));
}

// The handler is at SMBASE + 8000h, the save area ends at SMBASE + FFFFh (SDM vol. 3, 32.4).
INSTANTIATE_TEST_SUITE_P(
    Wrong, Smbase,
    testing::Values(SmbaseCase{"never moved", 0x30000, 0x30000},
                    SmbaseCase{"was not that of a reset CPU", 0xa0000, 0xff00000},
                    SmbaseCase{"not read before", std::nullopt, 0xff00000},
                    SmbaseCase{"not read after", 0x30000, std::nullopt},
                    SmbaseCase{"handler one byte below TSEG", 0x30000, 0xf000000 - 0x8001},
                    SmbaseCase{"save area one byte above TSEG", 0x30000, 0x10000000 - 0xffff},
                    SmbaseCase{"wraps", 0x30000, 0xffff'ffff'ffff'8000}));

TEST(Judge, SmbaseAtEitherEndOfTsegPasses) {
  for (const std::uint64_t smbase : {0xf000000u - 0x8000u, 0x10000000u - 0x10000u}) {
    DemoRun run = good_run();
    run.record->smbase_after = smbase;
    judge(run);
    EXPECT_TRUE(run.passed()) << std::hex << smbase;
  }
}

TEST(Judge, SmbaseWithoutTsegFails) {
  DemoRun run = good_run();
  run.tseg = {};
  EXPECT_THAT(only_failed(run).claim, HasSubstr("TSEG"));
}

TEST(Judge, CpuThatDidNoWorkFails) {
  DemoRun run = good_run();
  run.record->worked = false;
  EXPECT_THAT(only_failed(run).claim, HasSubstr("work"));
}

TEST(Judge, OneFailedVerdictOfTheGuestFails) {
  DemoRun run = good_run();
  run.verdicts.push_back({"FAIL", "x", ""});
  EXPECT_THAT(only_failed(run).evidence, HasSubstr("1 failed"));
}

TEST(Judge, GuestThatSaidNothingGoodFails) {
  DemoRun run = good_run();
  run.verdicts = {{"SKIP", "x", ""}};
  EXPECT_THAT(only_failed(run).claim, HasSubstr("verdicts"));
}

TEST(Judge, RunWithoutAHotAddFailsAndSaysWhy) {
  DemoRun run = good_run();
  run.record.reset();
  judge(run);
  EXPECT_FALSE(run.passed());
  EXPECT_NE(run.failure, "");
  run.failure = "the machine stopped: guest-reset";
  judge(run);
  EXPECT_EQ(run.failure, "the machine stopped: guest-reset");
}

TEST(Judge, RunThatEndedEarlyFailsThoughEveryCheckPasses) {
  DemoRun run = good_run();
  run.failure = "the machine was reset by its guest";
  judge(run);
  EXPECT_FALSE(run.passed());
}

TEST(Judge, JudgingTwiceChangesNothing) {
  DemoRun run = good_run();
  judge(run);
  const std::size_t checks = run.checks.size();
  judge(run);
  EXPECT_EQ(run.checks.size(), checks);
}

}  // namespace
}  // namespace unpark::demo
