// SPDX-License-Identifier: Apache-2.0
#include "measure/rows.h"

#include <gtest/gtest.h>

namespace unpark::measure {
namespace {

TEST(Rows, PutRoundsOfOneThingTogetherByPeer) {
  bench::Report report;
  const RowKey key{"smi.broadcast.out", 2, 0, "halted"};
  add_round(report, key, Peer::kUnpark, "unpark 0.1.0", {0, {100}, 1});
  add_round(report, key, Peer::kQemu, "QEMU 7.2", {1, {200}, 0});
  add_round(report, key, Peer::kUnpark, "unpark 0.1.0", {2, {110}, 2});
  add_round(report, {"smi.broadcast.out", 4, 0, "halted"}, Peer::kUnpark, "", {3, {1}, 0});
  add_round(report, {"smi.broadcast.out", 2, 0, "user"}, Peer::kUnpark, "", {4, {1}, 0});
  ASSERT_EQ(report.benches.size(), 3u);
  const bench::Bench& row = report.benches[0];
  EXPECT_EQ(row.unit, "cycles");
  EXPECT_FALSE(row.title.empty());
  ASSERT_EQ(row.peers.size(), 2u);
  EXPECT_EQ(row.peers[0].peer, "unpark");
  ASSERT_EQ(row.peers[0].rounds.size(), 2u);
  EXPECT_EQ(row.peers[0].rounds[1].run, 2u);
  EXPECT_EQ(row.peers[1].version, "QEMU 7.2");
  EXPECT_EQ(lost_samples(report), 3u);
}

TEST(Rows, KnowWhatIsAimedAt) {
  bench::Report report;
  add_round(report, {"smi.single", 1, 0, ""}, Peer::kUnpark, "", {});
  add_round(report, {"smi.broadcast.out", 8, 0, "halted"}, Peer::kUnpark, "", {});
  add_round(report, {"smi.broadcast.out", 8, 0, "pio"}, Peer::kUnpark, "", {});
  ASSERT_EQ(report.benches[0].targets.size(), 2u);
  EXPECT_EQ(report.benches[0].targets[0].to, "qemu");
  EXPECT_EQ(report.benches[0].targets[0].ratio, 0.6);
  EXPECT_EQ(report.benches[0].targets[1].to, "bare");
  EXPECT_EQ(report.benches[0].targets[1].ratio, 1.15);
  ASSERT_EQ(report.benches[1].targets.size(), 1u);
  EXPECT_EQ(report.benches[1].targets[0].ratio, 0.35);
  EXPECT_TRUE(report.benches[2].targets.empty());
}

TEST(Rows, WarnOfAThingOnce) {
  bench::Report report;
  warn(report, "a");
  warn(report, "b");
  warn(report, "a");
  EXPECT_EQ(report.warnings, (std::vector<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace unpark::measure
