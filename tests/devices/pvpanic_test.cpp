// SPDX-License-Identifier: Apache-2.0
#include "devices/pvpanic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace unpark {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct PvpanicTest : testing::Test {
  std::vector<GuestPanic> told;
  Pvpanic chip{[this](GuestPanic what) { told.push_back(what); }};

  void write(std::uint64_t value) { EXPECT_TRUE(chip.write({.offset = 0, .width = 1}, value)); }
};

TEST_F(PvpanicTest, ReadsAsTheEventsItTakes) {
  EXPECT_EQ(*chip.read({.offset = 0, .width = 1}), 0x03u);
  write(0x01);
  EXPECT_EQ(*chip.read({.offset = 0, .width = 1}), 0x03u) << "it keeps nothing";
}

TEST_F(PvpanicTest, TellsWhatTheGuestSays) {
  write(0x02);
  write(0x01);
  EXPECT_THAT(told, ElementsAre(GuestPanic::kCrashLoaded, GuestPanic::kPanicked));
}

TEST_F(PvpanicTest, AWriteWithBothBitsIsAPanic) {
  write(0x03);
  EXPECT_THAT(told, ElementsAre(GuestPanic::kPanicked));
}

TEST_F(PvpanicTest, OtherBitsSayNothing) {
  write(0x00);
  write(0xfc);
  EXPECT_THAT(told, IsEmpty());
  write(0xfd);
  EXPECT_THAT(told, ElementsAre(GuestPanic::kPanicked));
}

TEST_F(PvpanicTest, WiderAccessesAreRefusedAndSayNothing) {
  EXPECT_FALSE(chip.write({.offset = 0, .width = 2}, 0x01));
  EXPECT_FALSE(chip.write({.offset = 0, .width = 4}, 0x01));
  EXPECT_FALSE(chip.read({.offset = 0, .width = 2}));
  EXPECT_THAT(told, IsEmpty());
}

}  // namespace
}  // namespace unpark
