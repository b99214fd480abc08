// SPDX-License-Identifier: Apache-2.0
// Golden: every address of the machine, retyped from docs/memory-map.md. Guests know them by heart:
// a change here is a changelog entry.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/vmm/board_fixture.h"

namespace unpark {
namespace {

using testing::ElementsAre;
using testing::Key;

struct Claimed {
  std::uint64_t first, last;
};
constexpr Claimed kPorts[] = {
    {0x060, 0x060},  // 8042 data
    {0x064, 0x064},  // 8042 command
    {0x070, 0x071},  // clock and CMOS memory
    {0x092, 0x092},  // fast A20 and INIT
    {0x0b2, 0x0b3},  // APM
    {0x3f8, 0x3ff},  // COM1
    {0x402, 0x402},  // debug console
    {0x505, 0x505},  // pvpanic
    {0x510, 0x51b},  // fw_cfg
    {0x600, 0x67f},  // power management
    {0xcd8, 0xce3},  // hotplug, control window
    {0xce4, 0xcef},  // hotplug, OS window
    {0xcf8, 0xcff},  // PCI configuration; 0xCF9 reset control
    {0xd10, 0xd13},  // step port
};

std::set<std::uint64_t> addresses(std::span<const Claimed> ranges) {
  std::set<std::uint64_t> out;
  for (const Claimed& c : ranges)
    for (std::uint64_t a = c.first; a <= c.last; ++a) out.insert(a);
  return out;
}

TEST_F(BoardTest, ClaimsThesePortsAndNoOther) {
  std::set<std::uint64_t> claimed;
  for (std::uint32_t port = 0; port <= 0xffff; ++port) {
    refused.clear();
    (void)in(static_cast<std::uint16_t>(port));
    if (refused.empty() || !refused[0].device.empty()) claimed.insert(port);
  }
  EXPECT_EQ(claimed, addresses(kPorts));
}

TEST_F(BoardTest, ClaimsEcamAndTheRootComplexBlockAndNoOtherMemory) {
  const auto claimed = [&](std::uint64_t at) {
    refused.clear();
    (void)load(at, 1);
    return refused.empty() || !refused[0].device.empty();
  };
  for (const std::uint64_t inside : {0xb000'0000, 0xbfff'ffff, 0xfed1'c000, 0xfed1'ffff})
    EXPECT_TRUE(claimed(inside)) << std::hex << inside;
  for (const std::uint64_t outside :
       {0ull, 0xa'0000ull, 0xafff'ffffull, 0xc000'0000ull, 0xfec0'0000ull, 0xfed0'0000ull,
        0xfed1'bfffull, 0xfed2'0000ull, 0xfed4'0000ull, 0xfee0'0000ull, 0xffff'fff0ull,
        0x1'b000'0000ull, 0xffff'ffff'ffff'ffffull})
    EXPECT_FALSE(claimed(outside)) << std::hex << outside;
}

TEST_F(BoardTest, WiresComOneToGsi4TheClockToGsi8AndTheSciToGsi9) {
  EXPECT_THAT(wires, ElementsAre(Key(4u), Key(8u), Key(9u)));
}

TEST_F(BoardTest, UnclaimedPortsAndMemoryReadAllOnes) {
  EXPECT_EQ(in(0x80), 0xffu);
  EXPECT_EQ(in(0x2f8), 0xffu);  // no COM2
  EXPECT_EQ(in(0xd14, 4), 0xffff'ffffu);
  EXPECT_EQ(load(0xfed4'0000, 1), 0xffu);  // no TPM: zero would look like one
}

TEST_F(BoardTest, HasNoKeyboardController) {
  EXPECT_EQ(in(0x60), 0xffu);
  EXPECT_EQ(in(0x64), 0xffu);
}

TEST_F(BoardTest, ResetPortsAskForAReset) {
  out(0xcf9, 0x06);
  out(0x64, 0xfe);
  out(0x92, 0x01);
  EXPECT_THAT(resets, ElementsAre(ResetSource::kResetControl, ResetSource::kKeyboardController,
                                  ResetSource::kPort92));
}

TEST_F(BoardTest, Com1Talks) {
  for (const unsigned v : {0x55u, 0xaau}) {  // how firmware finds a 16550
    out(0x3ff, v);
    EXPECT_EQ(in(0x3ff), v);
  }
  out(0x3f8, 'x');
  EXPECT_EQ(serial, "x");
}

TEST_F(BoardTest, Com1InterruptsOnGsi4) {
  out(0x3fc, 0x08);  // MCR.OUT2: the gate of a PC
  out(0x3f9, 0x01);  // IER: received data
  const std::uint8_t byte = 'y';
  EXPECT_EQ(board->com1().receive({&byte, 1}), 1u);
  EXPECT_TRUE(wires[4].level());
  EXPECT_EQ(in(0x3f8), std::uint64_t{'y'});
  EXPECT_FALSE(wires[4].level());
}

TEST_F(BoardTest, DebugConsoleAnswersAndTakesBytes) {
  EXPECT_EQ(in(0x402), 0xe9u);
  out(0x402, '!');
  EXPECT_EQ(debug, "!");
}

TEST_F(BoardTest, PvpanicTellsOfAPanic) {
  EXPECT_EQ(in(0x505), 0x03u);
  out(0x505, 0x01);
  EXPECT_THAT(panics, ElementsAre(GuestPanic::kPanicked));
}

TEST_F(BoardTest, ChipsetIsAQ35WithAnIch9) {
  EXPECT_EQ(config_read(0, 0x00), 0x29c0'8086u);
  EXPECT_EQ(config_read(0, 0x08) >> 8, 0x06'0000u);
  EXPECT_EQ(config_read(0x1f, 0x00), 0x2918'8086u);
  EXPECT_EQ(config_read(0x1f, 0x08) >> 8, 0x06'0100u);
  EXPECT_EQ(in(0xcf8, 4), 0x8000'f808u) << "the address register reads back";
}

TEST_F(BoardTest, OtherPciFunctionsAreAbsent) {
  for (unsigned device = 1; device < 0x1f; ++device)
    EXPECT_EQ(config_read(device, 0), 0xffff'ffffu) << device;
}

TEST_F(BoardTest, EcamAnswersOnceTheFirmwareHasPutItThere) {
  EXPECT_EQ(load(0xb000'0000), 0xffff'ffffu);
  config_write(0, 0x60, 0xb000'0001);
  EXPECT_EQ(load(0xb000'0000), 0x29c0'8086u);
  EXPECT_EQ(load(0xb000'0000 + (0x1f << 15)), 0x2918'8086u);
  EXPECT_EQ(load(0xb000'0000 + (1 << 15)), 0xffff'ffffu);
  EXPECT_EQ(load(0xb000'0000 + (1 << 20)), 0xffff'ffffu) << "bus 1";
}

TEST_F(BoardTest, EcamSomewhereElseAnswersNowhere) {
  config_write(0, 0x60, 0xe000'0001);
  EXPECT_EQ(load(0xb000'0000), 0xffff'ffffu);
  EXPECT_EQ(load(0xe000'0000), 0xffff'ffffu);
}

TEST_F(BoardTest, RootComplexBlockReadsZeroOnceRcbaIsSet) {
  EXPECT_EQ(load(0xfed1'c000), 0xffff'ffffu);
  config_write(0x1f, 0xf0, 0xfed1'c001);
  EXPECT_EQ(load(0xfed1'c000), 0u);
  EXPECT_EQ(load(0xfed1'fffc), 0u);
}

TEST_F(BoardTest, PmBlockAnswersAt0x600OnceItIsDecoded) {
  EXPECT_EQ(in(0x608, 4), 0xffff'ffffu);
  open_pm_block();
  EXPECT_EQ(config_read(0x1f, 0x40), 0x601u);
  const std::uint64_t before = in(0x608, 4);
  clock.advance(std::chrono::milliseconds{1});
  EXPECT_EQ(in(0x608, 4) - before, 3579u);  // 3.579545 MHz
  EXPECT_EQ(in(0x608, 4) >> 24, 0u);
}

TEST_F(BoardTest, StepPortTellsWhoSaidWhat) {
  cpu = 1;
  in_smm = true;
  out(0xd10, 0x0002'0060, 4);  // step 06 about CPU 2
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_EQ(steps[0].code, 0x60);
  EXPECT_EQ(steps[0].about, VcpuId{2});
  EXPECT_EQ(steps[0].at.cpu, VcpuId{1});
  EXPECT_TRUE(steps[0].at.in_smm);
}

}  // namespace
}  // namespace unpark
