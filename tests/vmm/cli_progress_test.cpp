// SPDX-License-Identifier: Apache-2.0
#include "vmm/cli_progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/fakes/fake_clock.h"

namespace unpark::cli {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

struct ProgressLinesTest : testing::Test {
  test::FakeClock clock;
  std::vector<std::string> lines;
  ProgressLines progress = make(false);
  ProgressLines make(bool colour) {
    return {clock, Paint(colour), [this](const std::string& line) { lines.push_back(line); }};
  }
};

TEST_F(ProgressLinesTest, AStageIsALineWithTheSecondsSinceTheStart) {
  progress.stage(BootStage::kSec, 0, 40ms);
  progress.stage(BootStage::kPei, 0, 3'249ms);
  progress.stage(BootStage::kOsEvents, 0, 123'456ms);
  EXPECT_THAT(lines, ElementsAre(StartsWith("unpark: [   0.0 s] firmware: SEC  "),
                                 StartsWith("unpark: [   3.2 s] firmware: PEI  "),
                                 StartsWith("unpark: [ 123.5 s] OS             ")));
}

TEST_F(ProgressLinesTest, EveryStageHasWordsOfItsOwn) {
  for (const BootStage stage : kAllBootStages) progress.stage(stage, 16, 0s);
  ASSERT_THAT(lines, SizeIs(kAllBootStages.size()));
  EXPECT_THAT(lines, Each(Not(HasSubstr("stage "))));
  std::sort(lines.begin(), lines.end());
  EXPECT_EQ(std::adjacent_find(lines.begin(), lines.end()), lines.end());
}

TEST_F(ProgressLinesTest, FeaturesAndSizesAreNamed) {
  progress.stage(BootStage::kSmiFeatures, 5, 0s);
  progress.stage(BootStage::kTsegClosed, 48, 0s);
  EXPECT_THAT(lines, ElementsAre(HasSubstr("broadcast, CPU hot-unplug"), HasSubstr("48 MiB")));
}

TEST_F(ProgressLinesTest, AResetAndTheEndAreToldAndOtherEventsAreNot) {
  progress.event(event::Reset{true, "guest-reset"}, 5s);
  progress.event(event::Stop{}, 6s);
  progress.event(event::Shutdown{true, "guest-shutdown"}, 7s);
  EXPECT_THAT(lines, ElementsAre(AllOf(HasSubstr("[   5.0 s]"), HasSubstr("guest-reset")),
                                 AllOf(HasSubstr("[   7.0 s]"), HasSubstr("guest-shutdown"))));
}

// One that resets in a loop reaches SEC each time.
TEST_F(ProgressLinesTest, AGuestThatResetsInALoopDoesNotFloodTheTerminal) {
  for (int i = 0; i < 10'000; ++i) progress.event(event::Reset{true, "guest-reset"}, 0s);
  EXPECT_THAT(lines, SizeIs(50));
  clock.advance(2s);
  progress.event(event::Reset{true, "guest-reset"}, 2s);
  ASSERT_THAT(lines, SizeIs(51));
  EXPECT_THAT(lines.back(), HasSubstr("9950 lines before it not shown"));
}

TEST_F(ProgressLinesTest, ColoursAreOnlyThereWhenWanted) {
  progress.stage(BootStage::kSec, 0, 0s);
  EXPECT_THAT(lines.back(), Not(HasSubstr("\033")));
  make(true).stage(BootStage::kSec, 0, 0s);
  EXPECT_THAT(lines.back(), AllOf(HasSubstr("\033["), HasSubstr("SEC")));
}

TEST(SmiFeaturesInWords, NamesEachBitAndShowsUnknownOnes) {
  EXPECT_EQ(smi_features_in_words(0), "none");
  EXPECT_EQ(smi_features_in_words(1), "broadcast");
  EXPECT_EQ(smi_features_in_words(0x1'0000'0007),
            "broadcast, CPU hotplug, CPU hot-unplug, explicit unpark");
  EXPECT_EQ(smi_features_in_words(0x12), "CPU hotplug, 0x10");
}

}  // namespace
}  // namespace unpark::cli
