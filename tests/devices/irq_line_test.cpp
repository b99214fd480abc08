// SPDX-License-Identifier: Apache-2.0
#include "devices/bus/irq_line.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "tests/fakes/recording_wire.h"

namespace unpark::test {
namespace {

TEST(IrqLine, SharedWireFallsOnlyWhenTheLastLineFalls) {
  RecordingWire irq;
  IrqLine a = irq.line(), b = irq.line();
  a.set(true);
  b.set(true);
  a.set(false);
  EXPECT_EQ(irq.edges, (std::vector{true}));
  b.set(false);
  EXPECT_EQ(irq.edges, (std::vector{true, false}));
}

TEST(IrqLine, SettingTheSameLevelTwiceIsNoEdge) {
  RecordingWire irq;
  IrqLine a = irq.line();
  a.set(false);
  a.set(true);
  a.set(true);
  a.set(false);
  a.set(false);
  EXPECT_EQ(irq.edges, (std::vector{true, false}));
}

TEST(IrqLine, ADestroyedLineLetsGo) {
  RecordingWire irq;
  auto a = std::make_unique<IrqLine>(irq.line());
  a->set(true);
  a.reset();
  EXPECT_EQ(irq.edges, (std::vector{true, false}));
}

TEST(IrqLine, AMovedLineKeepsItsLevelAndTheOldOneIsDetached) {
  RecordingWire irq;
  auto a = std::make_unique<IrqLine>(irq.line());
  a->set(true);
  IrqLine b = std::move(*a);
  a.reset();
  EXPECT_EQ(irq.edges, (std::vector{true}));
  b.set(false);
  EXPECT_EQ(irq.edges, (std::vector{true, false}));
}

TEST(IrqLine, ADetachedLineGoesNowhere) {
  IrqLine a;
  a.set(true);
  a.set(false);
  SUCCEED();
}

TEST(IrqWire, EdgesAlternateWhenLinesAreSetFromSeveralThreads) {
  RecordingWire irq;
  {
    std::vector<std::thread> threads;
    threads.reserve(3);
    for (int i = 0; i < 3; ++i)
      threads.emplace_back([&irq] {
        IrqLine line = irq.line();
        for (int n = 0; n < 2000; ++n) line.set(n % 2 == 0);
      });
    for (auto& t : threads) t.join();
  }
  ASSERT_FALSE(irq.edges.empty());
  for (std::size_t i = 0; i < irq.edges.size(); ++i) ASSERT_EQ(irq.edges[i], i % 2 == 0);
  EXPECT_FALSE(irq.level());
}

}  // namespace
}  // namespace unpark::test
