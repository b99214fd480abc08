// SPDX-License-Identifier: Apache-2.0
#include "measure/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unpark::measure {
namespace {

TEST(CpuList, IsTakenInItsOrder) {
  const auto list = parse_cpu_list("--cpus", "8,1,255");
  ASSERT_TRUE(list);
  EXPECT_EQ(*list, (std::vector<std::uint32_t>{8, 1, 255}));
}

TEST(CpuList, NamesTheWordThatIsNoNumberOfCpus) {
  for (const char* bad : {"", "1,", ",1", "0", "256", "2,x", "1 ,2", "-1", "99999999999"}) {
    const auto list = parse_cpu_list("--parked", bad);
    ASSERT_FALSE(list) << bad;
    EXPECT_THAT(list.error().message, testing::HasSubstr("from 1 to 255")) << bad;
    EXPECT_THAT(list.error().message, testing::StartsWith("--parked")) << bad;
  }
  EXPECT_THAT(parse_cpu_list("--cpus", "2,4,2").error().message, testing::HasSubstr("twice"));
}

TEST(Plan, TakesThePeersInTurnInEveryRound) {
  std::string order;
  for (const auto& r : interleave({1, 2}, 2, {Peer::kUnpark, Peer::kQemu, Peer::kBare}))
    order += std::to_string(r.cpus) + std::string(name_of(r.peer)).substr(0, 1) +
             std::to_string(r.round) + " ";
  // The bare loop has one CPU.
  EXPECT_EQ(order, "1u0 1q0 1b0 1u1 1q1 1b1 2u0 2q0 2u1 2q1 ");
}

TEST(Plan, ParkedCpusAreOfUnparkAloneAndNeverMoreThanTheGuestCanHave) {
  std::string order;
  for (const auto& r : with_parked(2, {8, 253, 254}, 2))
    order += std::string(name_of(r.peer)) + std::to_string(r.cpus) + "+" +
             std::to_string(r.parked) + " ";
  EXPECT_EQ(order, "unpark2+8 unpark2+253 unpark2+8 unpark2+253 ");
  EXPECT_TRUE(with_parked(2, {}, 2).empty());
}

TEST(Plan, FindsAProgramOnPathAndNothingElse) {
  EXPECT_EQ(on_path("sh", "/nonexistent:/bin"), "/bin/sh");
  EXPECT_FALSE(on_path("sh", ""));
  EXPECT_FALSE(on_path("sh", ":/nonexistent:"));
  EXPECT_FALSE(on_path("passwd", "/etc"));  // not executable
}

}  // namespace
}  // namespace unpark::measure
