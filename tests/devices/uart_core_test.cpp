// SPDX-License-Identifier: Apache-2.0
#include "devices/uart_core.h"

#include <gtest/gtest.h>

namespace unpark {
namespace {

enum { kRbr = 0, kThr = 0, kIer = 1, kIir = 2, kFcr = 2, kLcr = 3, kMcr = 4, kLsr = 5, kMsr = 6 };
constexpr std::uint16_t kScr = 7;

struct UartCoreTest : testing::Test {
  UartCore uart;
  void receive(int count, std::uint8_t first = 1) {
    for (int i = 0; i < count; ++i) EXPECT_TRUE(uart.receive(first++));
  }
};

TEST_F(UartCoreTest, PowersUpIdleWithoutInterrupt) {
  EXPECT_EQ(uart.read(kIer), 0x00);
  EXPECT_EQ(uart.read(kIir), 0x01);
  EXPECT_EQ(uart.read(kLcr), 0x00);
  EXPECT_EQ(uart.read(kMcr), 0x00);
  EXPECT_EQ(uart.read(kLsr), 0x60);
  EXPECT_EQ(uart.read(kMsr), 0xb0);
  EXPECT_FALSE(uart.interrupt());
}

TEST_F(UartCoreTest, ScratchRegisterHoldsWhatTheProbeWrites) {
  (void)uart.write(kScr, 0xaa);
  EXPECT_EQ(uart.read(kScr), 0xaa);
  (void)uart.write(kScr, 0x55);
  EXPECT_EQ(uart.read(kScr), 0x55);
}

TEST_F(UartCoreTest, DivisorLatchHidesBehindDlab) {
  (void)uart.write(kLcr, 0x83);
  EXPECT_FALSE(uart.write(0, 0x0c));
  EXPECT_FALSE(uart.write(1, 0x34));
  EXPECT_EQ(uart.read(0), 0x0c);
  EXPECT_EQ(uart.read(1), 0x34);
  (void)uart.write(kLcr, 0x03);

  EXPECT_EQ(uart.read(kIer), 0x00);
  EXPECT_EQ(uart.write(kThr, 'x'), std::uint8_t{'x'});
  EXPECT_EQ(uart.read(kLcr), 0x03);
}

TEST_F(UartCoreTest, ReservedBitsReadZero) {
  (void)uart.write(kIer, 0xff);
  (void)uart.write(kMcr, 0xef);
  EXPECT_EQ(uart.read(kIer), 0x0f);
  EXPECT_EQ(uart.read(kMcr), 0x0f);
  (void)uart.write(kMcr, 0x00);
  EXPECT_EQ(uart.read(kMcr), 0x00);
}

TEST_F(UartCoreTest, StatusRegistersIgnoreWrites) {
  (void)uart.write(kLsr, 0x00);
  (void)uart.write(kMsr, 0x00);
  EXPECT_EQ(uart.read(kLsr), 0x60);
  EXPECT_EQ(uart.read(kMsr), 0xb0);
}

TEST_F(UartCoreTest, TransmitIsNeverBusy) {
  EXPECT_EQ(uart.write(kThr, 'A'), std::uint8_t{'A'});
  EXPECT_EQ(uart.read(kLsr), 0x60);
}

TEST_F(UartCoreTest, ReceivesOneByteWithoutFifoAndSixteenWith) {
  EXPECT_TRUE(uart.receive('a'));
  EXPECT_FALSE(uart.receive('b'));
  EXPECT_EQ(uart.read(kLsr), 0x61);
  EXPECT_EQ(uart.read(kRbr), 'a');
  EXPECT_EQ(uart.read(kLsr), 0x60);

  (void)uart.write(kFcr, 0x01);
  receive(16);
  EXPECT_FALSE(uart.has_room());
  EXPECT_FALSE(uart.receive(17));
  for (int i = 1; i <= 16; ++i) EXPECT_EQ(uart.read(kRbr), i);
  EXPECT_EQ(uart.read(kLsr), 0x60);  // nothing overran: the line has flow control
  EXPECT_EQ(uart.read(kRbr), 0x00);
}

TEST_F(UartCoreTest, FifoKeepsOrderAcrossItsEnd) {
  (void)uart.write(kFcr, 0x01);
  for (std::uint8_t round = 0; round < 50; ++round) {
    receive(3, round);
    for (int i = 0; i < 3; ++i) ASSERT_EQ(uart.read(kRbr), round + i);
  }
}

TEST_F(UartCoreTest, FifoBitsInIirFollowFcrAndOnlyWithBit0) {
  (void)uart.write(kFcr, 0xc0);
  EXPECT_EQ(uart.read(kIir), 0x01);
  (void)uart.write(kFcr, 0x01);
  EXPECT_EQ(uart.read(kIir), 0xc1);
  (void)uart.write(kFcr, 0x00);
  EXPECT_EQ(uart.read(kIir), 0x01);
}

TEST_F(UartCoreTest, ClearingAndSwitchingTheFifoEmptiesIt) {
  (void)uart.write(kFcr, 0x01);
  receive(3);
  (void)uart.write(kFcr, 0x01);
  EXPECT_EQ(uart.read(kLsr), 0x61);
  (void)uart.write(kFcr, 0x05);  // transmit only
  EXPECT_EQ(uart.read(kLsr), 0x61);
  (void)uart.write(kFcr, 0x03);
  EXPECT_EQ(uart.read(kLsr), 0x60);

  receive(3);
  (void)uart.write(kFcr, 0x00);
  EXPECT_EQ(uart.read(kLsr), 0x60);
}

struct TriggerCase {
  std::uint8_t fcr;
  int level;
};
class UartTrigger : public testing::TestWithParam<TriggerCase> {};

TEST_P(UartTrigger, BelowTheLevelIsATimeoutAtTheLevelIsData) {
  UartCore uart;
  (void)uart.write(1, 0x01);
  (void)uart.write(2, GetParam().fcr);
  for (int i = 1; i < GetParam().level; ++i) {
    ASSERT_TRUE(uart.receive(0));
    ASSERT_EQ(uart.read(2), 0xcc) << i;
  }
  ASSERT_TRUE(uart.receive(0));
  EXPECT_EQ(uart.read(2), 0xc4);
}

INSTANTIATE_TEST_SUITE_P(Levels, UartTrigger,
                         testing::Values(TriggerCase{0x01, 1}, TriggerCase{0x41, 4},
                                         TriggerCase{0x81, 8}, TriggerCase{0xc1, 14}));

TEST_F(UartCoreTest, SourcesAreShownByPriorityAndEachIsClearedItsOwnWay) {
  (void)uart.write(kMcr, 0x10);  // loopback: everything can happen
  (void)uart.write(kThr, 'a');
  (void)uart.write(kThr, 'b');   // overrun
  (void)uart.write(kMcr, 0x12);  // RTS -> delta CTS
  (void)uart.write(kIer, 0x0f);

  EXPECT_EQ(uart.read(kIir), 0x06);
  EXPECT_EQ(uart.read(kLsr), 0x63);  // clears the overrun
  EXPECT_EQ(uart.read(kIir), 0x04);
  EXPECT_EQ(uart.read(kRbr), 'b');   // without FIFO the old byte is overwritten
  EXPECT_EQ(uart.read(kIir), 0x02);  // and shown once
  EXPECT_EQ(uart.read(kIir), 0x00);
  EXPECT_EQ(uart.read(kMsr), 0x1b);  // CTS came back; DSR and DCD are still gone
  EXPECT_EQ(uart.read(kIir), 0x01);
}

TEST_F(UartCoreTest, SourcesThatAreNotEnabledAreNotShown) {
  receive(1);
  (void)uart.write(kThr, 'x');
  EXPECT_EQ(uart.read(kIir), 0x01);
}

TEST_F(UartCoreTest, TransmitterInterruptComesWithEveryByteAndEveryEnabling) {
  (void)uart.write(kIer, 0x02);
  EXPECT_EQ(uart.read(kIir), 0x02);
  EXPECT_EQ(uart.read(kIir), 0x01);
  (void)uart.write(kIer, 0x02);  // was enabled: no new edge
  EXPECT_EQ(uart.read(kIir), 0x01);
  (void)uart.write(kThr, 'x');
  EXPECT_EQ(uart.read(kIir), 0x02);
  (void)uart.write(kIer, 0x00);
  (void)uart.write(kIer, 0x02);
  EXPECT_EQ(uart.read(kIir), 0x02);
}

TEST_F(UartCoreTest, ReadingIirWithAnotherSourceShownKeepsTheTransmitterInterrupt) {
  (void)uart.write(kIer, 0x03);
  receive(1);
  EXPECT_EQ(uart.read(kIir), 0x04);
  (void)uart.read(kRbr);
  EXPECT_EQ(uart.read(kIir), 0x02);
}

TEST_F(UartCoreTest, InterruptLeavesOnlyThroughOut2AndNotInLoopback) {
  (void)uart.write(kIer, 0x01);
  receive(1);
  EXPECT_FALSE(uart.interrupt());
  (void)uart.write(kMcr, 0x08);
  EXPECT_TRUE(uart.interrupt());
  (void)uart.write(kMcr, 0x18);
  EXPECT_FALSE(uart.interrupt());
  (void)uart.write(kMcr, 0x08);
  (void)uart.read(kRbr);
  EXPECT_FALSE(uart.interrupt());
}

TEST_F(UartCoreTest, LoopbackReturnsDataAndCutsTheLine) {
  (void)uart.write(kMcr, 0x10);
  EXPECT_FALSE(uart.write(kThr, 0x5a));  // nothing leaves
  EXPECT_FALSE(uart.has_room());
  EXPECT_FALSE(uart.receive('x'));
  EXPECT_EQ(uart.read(kLsr), 0x61);
  EXPECT_EQ(uart.read(kRbr), 0x5a);
}

TEST_F(UartCoreTest, LoopbackWiresTheModemLines) {
  (void)uart.write(kMcr, 0x1a);  // the autoconfiguration test of Linux
  EXPECT_EQ(uart.read(kMsr) & 0xf0, 0x90);
  (void)uart.write(kMcr, 0x15);
  EXPECT_EQ(uart.read(kMsr) & 0xf0, 0x60);
}

TEST_F(UartCoreTest, ModemDeltasAreNotedAndClearedByReading) {
  (void)uart.write(kMcr, 0x10);  // CTS, DSR and DCD go
  EXPECT_EQ(uart.read(kMsr), 0x0b);
  EXPECT_EQ(uart.read(kMsr), 0x00);
  (void)uart.write(kMcr, 0x14);  // RI rises: no trailing edge
  EXPECT_EQ(uart.read(kMsr), 0x40);
  (void)uart.write(kMcr, 0x10);
  EXPECT_EQ(uart.read(kMsr), 0x04);
}

TEST_F(UartCoreTest, AFullFifoKeepsItsBytesAndLosesTheNewOne) {
  (void)uart.write(kFcr, 0x01);
  (void)uart.write(kMcr, 0x10);
  for (int i = 1; i <= 17; ++i) (void)uart.write(kThr, static_cast<std::uint8_t>(i));

  EXPECT_EQ(uart.read(kLsr), 0x63);
  EXPECT_EQ(uart.read(kLsr), 0x61);
  for (int i = 1; i <= 16; ++i) EXPECT_EQ(uart.read(kRbr), i);
  EXPECT_EQ(uart.read(kLsr), 0x60);
}

TEST_F(UartCoreTest, ResetForgetsEverything) {
  (void)uart.write(kFcr, 0xc1);
  (void)uart.write(kIer, 0x0f);
  (void)uart.write(kScr, 0x99);
  receive(5);
  (void)uart.write(kMcr, 0x1f);
  (void)uart.write(kLcr, 0x83);
  (void)uart.write(0, 0x77);

  uart.reset();

  UartCore fresh;
  for (std::uint16_t o = 0; o < 8; ++o) EXPECT_EQ(uart.read(o), fresh.read(o)) << o;
}

}  // namespace
}  // namespace unpark
