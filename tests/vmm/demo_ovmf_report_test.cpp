// SPDX-License-Identifier: Apache-2.0
#include "vmm/demo_ovmf_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/vmm/demo_fixture.h"

namespace unpark::demo {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

OvmfRun good_ovmf_run() {
  OvmfRun run;
  run.firmware = "/fw/CODE.fd";
  run.kernel = "6.1.0";
  run.boot = std::chrono::seconds{12};
  run.exchanges = {{R"({"execute": "device_add"})", R"({"return": {}})"},
                   {R"({"execute": "device_del"})", R"({"return": {}})"}};
  run.record = good_run().record;
  run.record->steps[5] = {};  // 06: no firmware but ours tells of it
  run.removal = {{"host CPU, SMM", "the firmware ejects the CPU", "vmm", milliseconds{173}}};
  run.checks = {{true, "it was removed", "DEVICE_DELETED came"}};
  return run;
}

TEST(DemoOvmfReport, ShowsWhatNobodyCanSeeAsNotObservedAndNotAsAFailure) {
  const std::string text = table_of(good_ovmf_run(), Paint(true), 120);
  EXPECT_THAT(text, HasSubstr("not observed"));
  EXPECT_THAT(text, Not(HasSubstr("did not come")));
  EXPECT_THAT(text, Not(HasSubstr("\033[31m")));
}

TEST(DemoOvmfReport, ShowsMachineOrdersRemovalAndChecks) {
  const std::string text = table_of(good_ovmf_run(), Paint(false), 120);
  for (const char* words : {"/fw/CODE.fd", "6.1.0", "12.000 s", "device_add", "device_del",
                            "173.000 ms", "the firmware ejects the CPU", "it was removed"})
    EXPECT_THAT(text, HasSubstr(words));
}

TEST(DemoOvmfReport, AFailureNamesTheCpuAndIsRed) {
  OvmfRun run = good_ovmf_run();
  run.failure = "Linux's _OST for the new CPU did not come within 60 s";
  EXPECT_FALSE(run.passed());
  EXPECT_THAT(table_of(run, Paint(true), 120),
              HasSubstr("\033[31mFAILED\033[0m CPU 1: Linux's _OST"));
}

TEST(DemoOvmfReport, FailsWithAFailedCheckAndWithoutAny) {
  OvmfRun run = good_ovmf_run();
  EXPECT_TRUE(run.passed());
  run.checks[0].passed = false;
  EXPECT_FALSE(run.passed());
  run.checks.clear();
  EXPECT_FALSE(run.passed());
}

TEST(DemoOvmfReport, JsonHasTheSameForAMachine) {
  const auto j = nlohmann::json::parse(json_of(good_ovmf_run()));
  EXPECT_EQ(j["passed"], true);
  EXPECT_EQ(j["userland-us"], 12'000'000.0);
  EXPECT_EQ(j["exchanges"][1]["order"]["execute"], "device_del");
  EXPECT_EQ(j["steps"].size(), 17u);
  EXPECT_EQ(j["removal"][0]["since-order-us"], 173'000.0);
  EXPECT_EQ(j["checks"][0]["claim"], "it was removed");
  EXPECT_TRUE(j["failure"].is_null());
}

}  // namespace
}  // namespace unpark::demo
