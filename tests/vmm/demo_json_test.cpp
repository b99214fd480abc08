// SPDX-License-Identifier: Apache-2.0
#include "vmm/demo_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/vmm/demo_fixture.h"

namespace unpark::demo {
namespace {

using Json = nlohmann::json;

DemoRun judged(DemoRun run) {
  judge(run);
  return run;
}

TEST(DemoJson, SaysWhetherEverythingPassed) {
  const Json j = Json::parse(json_of({judged(good_run())}));
  EXPECT_EQ(j.at("passed"), true);
  ASSERT_EQ(j.at("runs").size(), 1u);
  EXPECT_EQ(j["runs"][0].at("passed"), true);
  EXPECT_EQ(j["runs"][0].at("failure"), nullptr);
}

TEST(DemoJson, OneFailedRunFailsTheWhole) {
  DemoRun bad = good_run(HotplugTrigger::kVmm);
  bad.record->worked = false;
  const Json j = Json::parse(json_of({judged(good_run()), judged(bad)}));
  EXPECT_EQ(j.at("passed"), false);
  EXPECT_EQ(j["runs"][0].at("trigger"), "guest");
  EXPECT_EQ(j["runs"][0].at("passed"), true);
  EXPECT_EQ(j["runs"][1].at("trigger"), "vmm");
  EXPECT_EQ(j["runs"][1].at("passed"), false);
}

TEST(DemoJson, NoRunIsNotSuccess) {
  EXPECT_EQ(Json::parse(json_of({})).at("passed"), false);
}

TEST(DemoJson, HasEveryStepWithItsTime) {
  const Json steps = Json::parse(json_of({judged(good_run())}))["runs"][0].at("steps");
  ASSERT_EQ(steps.size(), 17u);
  EXPECT_EQ(steps[0].at("step"), "01a");
  EXPECT_EQ(steps[16].at("step"), "15");
  EXPECT_EQ(steps[16].at("observed"), "guest step port");
  EXPECT_DOUBLE_EQ(steps[16].at("since-order-us").get<double>(), 1600.0);
  EXPECT_EQ(steps[2].at("step"), "02-03");
  EXPECT_EQ(steps[2].at("observed"), "no equivalent");
  for (const Json& s : steps) {
    EXPECT_TRUE(s.at("who").is_string());
    EXPECT_TRUE(s.at("what").is_string());
  }
}

TEST(DemoJson, StepThatDidNotComeHasNoInventedTime) {
  DemoRun run = good_run();
  run.record->steps[11] = {};
  const Json step = Json::parse(json_of({judged(run)}))["runs"][0]["steps"][11];
  EXPECT_EQ(step.at("observed"), "not observed");
  EXPECT_EQ(step.at("since-order-us"), nullptr);
}

TEST(DemoJson, StepFiveIsTheVmmsIfItRaisedTheSmi) {
  const Json step =
      Json::parse(json_of({judged(good_run(HotplugTrigger::kVmm))}))["runs"][0]["steps"][4];
  EXPECT_EQ(step.at("step"), "05");
  EXPECT_EQ(step.at("who"), "VMM");
}

TEST(DemoJson, HasTheMachineTheOrderAndItsAnswer) {
  const Json run = Json::parse(json_of({judged(good_run())}))["runs"][0];
  EXPECT_EQ(run.at("machine").at("cpus"), 2);
  EXPECT_EQ(run.at("machine").at("max-cpus"), 4);
  EXPECT_EQ(run.at("machine").at("memory"), 268435456);
  EXPECT_EQ(run.at("cpu"), 2);
  EXPECT_EQ(run.at("order").at("execute"), "device_add");
  EXPECT_TRUE(run.at("answer").contains("return"));
}

TEST(DemoJson, HasChecksAndVerdicts) {
  const Json run = Json::parse(json_of({judged(good_run())}))["runs"][0];
  ASSERT_FALSE(run.at("checks").empty());
  for (const Json& c : run["checks"]) {
    EXPECT_TRUE(c.at("passed").is_boolean());
    EXPECT_TRUE(c.at("claim").is_string());
    EXPECT_TRUE(c.at("evidence").is_string());
  }
  ASSERT_EQ(run.at("guest-verdicts").size(), 2u);
  EXPECT_EQ(run["guest-verdicts"][0].at("verdict"), "PASS");
  EXPECT_EQ(run["guest-verdicts"][0].at("name"), "smbase-in-tseg");
  EXPECT_EQ(run["guest-verdicts"][0].at("details"), "cpu=2");
}

TEST(DemoJson, RunThatEndedEarlyIsStillAnObject) {
  DemoRun run;
  run.failure = "the guest's OS was not ready within 60 s";
  const Json j = Json::parse(json_of({judged(run)}));
  EXPECT_EQ(j.at("passed"), false);
  EXPECT_EQ(j["runs"][0].at("failure"), "the guest's OS was not ready within 60 s");
  EXPECT_TRUE(j["runs"][0].at("steps").empty());
}

TEST(DemoJson, BytesThatAreNoUtf8DoNotBreakIt) {
  DemoRun run = good_run();
  run.answer = "\xff\xfe not json";
  run.failure = "\x80";
  EXPECT_FALSE(Json::parse(json_of({judged(run)}), nullptr, false).is_discarded());
}

}  // namespace
}  // namespace unpark::demo
