// SPDX-License-Identifier: Apache-2.0
#include "guest/smm/seat.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace unpark::guest::smm {
namespace {

TEST(Seat, AWaitingCpuLeavesByItself) {
  Seat seat;
  EXPECT_EQ(seat.state(), CpuState::kOutside);
  seat.enter();
  EXPECT_EQ(seat.state(), CpuState::kWaiting);
  EXPECT_TRUE(seat.give_up());
  EXPECT_EQ(seat.state(), CpuState::kOutside);
}

TEST(Seat, ACpuThatTheMonarchHasCountedStaysUntilReleased) {
  Seat seat;
  seat.enter();
  EXPECT_TRUE(seat.hold());
  EXPECT_FALSE(seat.give_up());
  EXPECT_TRUE(seat.hold());  // counted again: still here
  EXPECT_EQ(seat.state(), CpuState::kHeld);
  seat.release();
  EXPECT_EQ(seat.state(), CpuState::kReleased);
  EXPECT_FALSE(seat.give_up());
  seat.leave();
  EXPECT_EQ(seat.state(), CpuState::kOutside);
}

TEST(Seat, WhoIsNotThereIsNotCounted) {
  Seat outside;
  EXPECT_FALSE(outside.hold());
  EXPECT_EQ(outside.state(), CpuState::kOutside);

  Seat leaving;  // of the session before, not out yet
  leaving.enter();
  leaving.release();
  EXPECT_FALSE(leaving.hold());
  EXPECT_EQ(leaving.state(), CpuState::kReleased);

  Seat halted;
  halted.enter();
  ASSERT_TRUE(halted.hold());
  ASSERT_TRUE(halted.doom());
  EXPECT_FALSE(halted.hold());
  halted.halt();
  EXPECT_FALSE(halted.hold());
  halted.release();
  EXPECT_EQ(halted.state(), CpuState::kHalted);
}

TEST(Seat, OnlyACpuThatIsHeldIsDoomed) {
  Seat seat;
  EXPECT_FALSE(seat.doom());
  seat.enter();
  EXPECT_FALSE(seat.doom());
  EXPECT_EQ(seat.state(), CpuState::kWaiting);
  ASSERT_TRUE(seat.hold());
  EXPECT_TRUE(seat.doom());
  EXPECT_FALSE(seat.give_up());
  seat.clear();
  EXPECT_EQ(seat.state(), CpuState::kOutside);
}

TEST(Seat, AStrayIsReleasedOnlyWhileItWaits) {
  Seat seat;
  EXPECT_FALSE(seat.release_waiting());
  seat.enter();
  EXPECT_TRUE(seat.release_waiting());
  EXPECT_FALSE(seat.release_waiting());
  seat.leave();
  seat.enter();
  ASSERT_TRUE(seat.hold());
  EXPECT_FALSE(seat.release_waiting());
  EXPECT_EQ(seat.state(), CpuState::kHeld);
}

// A follower that gives up the moment it is counted: one of the two fails, every time.
TEST(Seat, OfHoldAndGiveUpExactlyOneIsMade) {
  constexpr int kRounds = 5'000;
  Seat seat;
  std::atomic<int> round{0};
  std::atomic<int> answered{0};
  std::atomic<bool> left{false};
  std::thread follower([&] {
    for (int r = 1; r <= kRounds; ++r) {
      for (int turns = 0; round.load() != r; ++turns)
        turns < 1000 ? pause() : std::this_thread::yield();
      left = seat.give_up();
      answered = r;
    }
  });
  int held_rounds = 0;
  for (int r = 1; r <= kRounds; ++r) {
    seat.clear();
    seat.enter();
    round = r;
    for (int turns = 0; turns < r % 128; ++turns) pause();  // so that either may be first
    const bool held = seat.hold();
    while (answered.load() != r) std::this_thread::yield();
    EXPECT_NE(held, left.load()) << "round " << r;
    EXPECT_EQ(seat.state(), held ? CpuState::kHeld : CpuState::kOutside) << "round " << r;
    if (held) ++held_rounds;
  }
  follower.join();
  RecordProperty("held", held_rounds);
}

}  // namespace
}  // namespace unpark::guest::smm
