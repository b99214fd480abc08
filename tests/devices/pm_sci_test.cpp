// SPDX-License-Identifier: Apache-2.0
// When the PM block raises the SCI, and when an event is latched again.
#include "tests/devices/pm_fixture.h"

namespace unpark::test {
namespace {

class PmSci : public testing::Test, protected PmFixture {
 protected:
  void enable_sci() { write(4, 2, 0x0001); }
  void toggle_gpe_enable() {
    write(0x28, 1, 0x00);
    write(0x28, 1, 0x04);
  }
  bool gpe_latched() { return (read(0x20, 1) & 0x04) != 0; }
  void clear_gpe() { write(0x20, 1, 0x04); }
};

TEST_F(PmSci, FollowsAnEnabledGpeAsALevel) {
  enable_sci();
  write(0x28, 1, 0x04);
  pm.raise(2);
  EXPECT_TRUE(sci.level());
  clear_gpe();
  EXPECT_FALSE(sci.level());
  EXPECT_EQ(sci.edges, (std::vector{true, false}));
}

TEST_F(PmSci, WaitsForTheEnableBit) {
  enable_sci();
  pm.raise(2);
  EXPECT_FALSE(sci.level());
  write(0x28, 1, 0x04);
  EXPECT_TRUE(sci.level());
  write(0x28, 1, 0x00);
  EXPECT_FALSE(sci.level());
}

TEST_F(PmSci, WaitsForSciEnable) {
  write(0x28, 1, 0x04);
  pm.raise(2);
  EXPECT_FALSE(sci.level());
  enable_sci();
  EXPECT_TRUE(sci.level());
  write(4, 2, 0);
  EXPECT_FALSE(sci.level());
}

// ACPICA disables an edge-triggered GPE, then clears it.
TEST_F(PmSci, TellsThatAnEventWasTakenOnceWhereItIsDisabledAndThenCleared) {
  enable_sci();
  write(0x28, 1, 0x04);
  pm.raise(2);
  EXPECT_EQ(taken, std::vector<unsigned>{});
  write(0x28, 1, 0x00);
  clear_gpe();
  EXPECT_EQ(taken, std::vector{2u});
}

TEST_F(PmSci, TellsThatAnEventWasTakenWhereItIsOnlyCleared) {
  enable_sci();
  write(0x2c, 4, 0x8000'0000);
  pm.raise(63);
  write(0x24, 4, 0x8000'0000);
  EXPECT_EQ(taken, std::vector{63u});
}

// What an OS does to all GPEs before it uses any.
TEST_F(PmSci, EventsThatRaisedNothingAreNotTaken) {
  pm.raise(2);
  clear_gpe();  // not enabled
  write(0x28, 1, 0x04);
  pm.raise(2);
  clear_gpe();  // no SCI yet
  enable_sci();
  write(0x28, 1, 0x00);
  write(0x28, 1, 0x04);  // nothing pending
  pm.raise(2);
  write(4, 2, 0);  // the SCI turned off is no event taken
  EXPECT_EQ(taken, std::vector<unsigned>{});
}

TEST_F(PmSci, GpesAboveBit31AreSources) {
  enable_sci();
  write(0x2c, 4, 0x8000'0000);
  pm.raise(63);
  EXPECT_TRUE(sci.level());
  EXPECT_EQ(read(0x24, 4), 0x8000'0000u);
}

TEST_F(PmSci, EveryGpeHasItsOwnStatusBit) {
  for (unsigned bit = 0; bit < 64; ++bit) {
    pm.raise(bit);
    EXPECT_EQ(read(0x20, 4) | read(0x24, 4) << 32, std::uint64_t{1} << bit);
    write(0x20, 4, 0xffff'ffff);
    write(0x24, 4, 0xffff'ffff);
  }
}

TEST_F(PmSci, GpesThatDoNotExistAreIgnored) {
  pm.raise(64);
  pm.set_unconsumed(64, true);
  EXPECT_EQ(read(0x20, 4), 0u);
  EXPECT_EQ(read(0x24, 4), 0u);
}

TEST_F(PmSci, FollowsThePowerButton) {
  enable_sci();
  write(2, 2, 0x0100);
  pm.press_power_button();
  EXPECT_EQ(read(0, 2), 0x0100u);
  EXPECT_TRUE(sci.level());
  write(0, 2, 0x0100);
  EXPECT_FALSE(sci.level());
}

TEST_F(PmSci, ThePciExpressWakeDisableBitIsNoSource) {
  enable_sci();
  write(2, 2, 0x4000);
  pm.press_power_button();
  EXPECT_FALSE(sci.level());
}

TEST_F(PmSci, FallsAtReset) {
  enable_sci();
  write(0x28, 1, 0x04);
  pm.raise(2);
  pm.reset();
  EXPECT_FALSE(sci.level());
}

TEST_F(PmSci, AnEventFromBeforeTheOsIsLatchedAgainWhenTheOsEnablesIt) {
  pm.raise(2);
  pm.set_unconsumed(2, true);
  clear_gpe();  // the OS takes over: it clears everything, then enables
  enable_sci();
  write(0x28, 1, 0x04);
  EXPECT_TRUE(gpe_latched());
  EXPECT_TRUE(sci.level());
}

TEST_F(PmSci, AConsumedEventIsNotLatchedAgain) {
  pm.raise(2);
  pm.set_unconsumed(2, true);
  clear_gpe();
  pm.set_unconsumed(2, false);
  write(0x28, 1, 0x04);
  EXPECT_FALSE(gpe_latched());
}

TEST_F(PmSci, OnlyTheRisingEnableBitOfTheSameEventRelatches) {
  pm.raise(2);
  pm.set_unconsumed(2, true);
  write(0x28, 1, 0x04);
  clear_gpe();
  write(0x28, 1, 0x04);  // stays 1
  write(0x28, 1, 0x0c);  // another bit rises
  write(0x29, 1, 0xff);
  EXPECT_EQ(read(0x20, 4), 0u);
}

TEST_F(PmSci, RelatchingEndsAfterSixteenRunsWithoutProgress) {
  pm.raise(2);
  pm.set_unconsumed(2, true);
  int runs = 0;
  for (; runs < 100; ++runs) {
    clear_gpe();
    toggle_gpe_enable();
    if (!gpe_latched()) break;
  }
  EXPECT_EQ(runs, 16);
}

TEST_F(PmSci, ANewEventOrAConsumedOneGrantsAnotherSixteen) {
  const auto runs_until_quiet = [&] {
    int runs = 0;
    for (; runs < 100; ++runs) {
      clear_gpe();
      toggle_gpe_enable();
      if (!gpe_latched()) break;
    }
    return runs;
  };
  pm.set_unconsumed(2, true);
  EXPECT_EQ(runs_until_quiet(), 16);
  EXPECT_EQ(runs_until_quiet(), 0);
  pm.raise(2);
  EXPECT_EQ(runs_until_quiet(), 16);
  pm.set_unconsumed(2, true);
  EXPECT_EQ(runs_until_quiet(), 16);
}

}  // namespace
}  // namespace unpark::test
