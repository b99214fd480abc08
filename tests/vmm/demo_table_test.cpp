// SPDX-License-Identifier: Apache-2.0
#include "vmm/demo_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/vmm/demo_fixture.h"

namespace unpark::demo {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string table(DemoRun run, bool colour = false, int columns = 100) {
  judge(run);
  return table_of(run, Paint(colour), columns);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

// The row of a step: it begins with its label.
std::string row(const std::string& text, const std::string& label) {
  for (const std::string& line : lines_of(text))
    if (line.starts_with("  " + label + " ")) return line;
  return {};
}

TEST(DemoTable, HasNoControlCodesWithoutColour) {
  DemoRun bad = good_run();
  bad.record->steps[5] = {};
  bad.failure = "something";
  for (const DemoRun& run : {good_run(), bad}) EXPECT_THAT(table(run), Not(HasSubstr("\033")));
}

TEST(DemoTable, ShowsTheMissingStepInRed) {
  DemoRun run = good_run();
  run.record->steps[5] = {};  // 06
  const std::string text = table(run, true);
  EXPECT_THAT(text, HasSubstr("\033[31m06 "));
  EXPECT_THAT(text, HasSubstr("\033[31mnot observed"));
  EXPECT_THAT(table(good_run(), true), AllOf(HasSubstr("\033[32m"), Not(HasSubstr("\033[31m"))));
}

TEST(DemoTable, HasARowForEveryStep) {
  const std::string text = table(good_run());
  for (const StepInfo& s : kSteps) EXPECT_NE(row(text, std::string(s.label)), "") << s.label;
}

TEST(DemoTable, RowSaysWhoWhatWhenAndHowItIsKnown) {
  EXPECT_THAT(row(table(good_run(), false, 200), "10"),
              AllOf(HasSubstr("new CPU, SMM"),
                    HasSubstr("run the code at 0x38000, rebase SMBASE into TSEG"),
                    HasSubstr("1.100 ms"), HasSubstr("guest step port")));
}

TEST(DemoTable, StepsTwoAndThreeHaveNoEquivalent) {
  EXPECT_THAT(row(table(good_run()), "02-03"),
              AllOf(HasSubstr("no equivalent"), Not(HasSubstr("did not come"))));
}

TEST(DemoTable, StepThatDidNotComeSaysSo) {
  DemoRun run = good_run();
  run.record->steps[16] = {};
  EXPECT_THAT(row(table(run), "15"), AllOf(HasSubstr("did not come"), HasSubstr("not observed")));
}

TEST(DemoTable, StepsFitTheTerminalFrom80ColumnsUp) {
  DemoRun run = good_run();
  run.record->steps[9] = {};
  for (const int columns : {80, 81, 100, 132, 200})
    for (const HotplugTrigger t : {HotplugTrigger::kGuest, HotplugTrigger::kVmm}) {
      run.trigger = t;
      run.record->smi_by_vmm = t == HotplugTrigger::kVmm;
      const std::string text = table(run, false, columns);
      for (const StepInfo& s : kSteps)
        EXPECT_LE(row(text, std::string(s.label)).size(), static_cast<std::size_t>(columns))
            << row(text, std::string(s.label));
    }
}

TEST(DemoTable, SillyWidthsAreHarmless) {
  for (const int columns : {-1, 0, 1, 79, 1'000'000})
    EXPECT_NE(table(good_run(), false, columns), "");
}

TEST(DemoTable, VmmsOwnTriggerIsSaid) {
  EXPECT_THAT(table(good_run(HotplugTrigger::kGuest)), HasSubstr("Trigger guest"));
  const std::string vmm = table(good_run(HotplugTrigger::kVmm));
  EXPECT_THAT(vmm, HasSubstr("Trigger vmm"));
  EXPECT_THAT(row(vmm, "05"), AllOf(HasSubstr("VMM"), Not(HasSubstr("0xB2"))));
}

TEST(DemoTable, ShowsOrderAnswerMachineAndChecks) {
  const std::string text = table(good_run());
  EXPECT_THAT(text, AllOf(HasSubstr("device_add"), HasSubstr(R"({"return": {}})"),
                          HasSubstr("256 MiB"), HasSubstr("2 CPUs of 4"),
                          HasSubstr("its SMBASE was 0x30000"), HasSubstr("smbase-in-tseg")));
}

TEST(DemoTable, FailureNamesTheCpu) {
  DemoRun run = good_run();
  run.failure = "the guest did not report on CPU 2 within 30 s";
  EXPECT_THAT(table(run), AllOf(HasSubstr("FAILED"), HasSubstr("CPU 2"), HasSubstr("30 s")));
}

TEST(DemoTable, RunWithoutARecordHasNoSteps) {
  DemoRun run = good_run();
  run.record.reset();
  EXPECT_EQ(row(table(run), "01a"), "");
}

// demo_table.h: "123.4 us", "1.234 ms", "2.1 s".
TEST(Duration, HasAUnitThatSuitsIt) {
  EXPECT_EQ(duration(nanoseconds{123'400}), "123.4 us");
  EXPECT_EQ(duration(microseconds{1234}), "1.234 ms");
  EXPECT_EQ(duration(nanoseconds{0}), "0.0 us");
  EXPECT_EQ(duration(milliseconds{999}), "999.000 ms");
  EXPECT_EQ(duration(seconds{2} + milliseconds{100}), "2.100 s");
  EXPECT_EQ(duration(microseconds{-1234}), "-1.234 ms");
}

TEST(Duration, NeverShowsAThousandOfAUnit) {
  EXPECT_THAT(duration(nanoseconds{999'990}), Not(HasSubstr("1000")));
  EXPECT_THAT(duration(nanoseconds{999'999'999}), Not(HasSubstr("1000")));
}

}  // namespace
}  // namespace unpark::demo
