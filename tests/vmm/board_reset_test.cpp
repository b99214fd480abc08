// SPDX-License-Identifier: Apache-2.0
// A machine reset leaves nothing of what the guest did to the board.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>

#include "tests/vmm/board_fixture.h"

namespace unpark {
namespace {

using testing::IsEmpty;

// Reads everything that can be read, always in the same order: reading changes chips too.
std::map<std::string, std::uint64_t> snapshot(BoardUnderTest& b) {
  std::map<std::string, std::uint64_t> out;
  const auto keep = [&](const char* what, std::uint64_t at, unsigned width, std::uint64_t value) {
    char name[64];
    std::snprintf(name, sizeof name, "%s %llx/%u smm=%d", what, static_cast<unsigned long long>(at),
                  width, b.in_smm ? 1 : 0);
    out[name] = value;
  };
  const auto ports = [&] {
    for (std::uint32_t port = 0; port < 0xe00; ++port)
      for (const std::uint8_t width : std::array<std::uint8_t, 3>{1, 2, 4})
        // The clock and its CMOS memory have a battery.
        if (port + width <= 0x70 || port > 0x71)
          keep("port", port, width, b.in(static_cast<std::uint16_t>(port), width));
  };
  b.cpu = 0;
  for (const bool smm : {false, true}) {
    b.in_smm = smm;
    ports();
    for (const std::uint64_t at : {0xb000'0000u, 0xfed1'c000u}) keep("memory", at, 4, b.load(at));
  }
  b.in_smm = false;
  for (const unsigned device : {0x00u, 0x1fu})
    for (unsigned offset = 0; offset < 256; offset += 4)
      keep("config", device << 8 | offset, 4, b.config_read(device, offset));
  b.open_pm_block();  // the block behind the decoder
  ports();
  return out;
}

void expect_same(const std::map<std::string, std::uint64_t>& expected,
                 const std::map<std::string, std::uint64_t>& actual) {
  for (const auto& [name, value] : expected) EXPECT_EQ(actual.at(name), value) << name;
}

void write_everywhere(BoardUnderTest& b, std::uint32_t seed) {
  const auto random = [&seed] { return (seed = seed * 1'664'525 + 1'013'904'223) >> 8; };
  b.open_pm_block();
  for (int i = 0; i < 30'000; ++i) {
    b.cpu = random() % 4;
    b.in_smm = random() % 2 == 0;
    const auto width = static_cast<std::uint8_t>(1u << random() % 3);
    switch (random() % 3) {
      case 0:
        b.out(static_cast<std::uint16_t>(random() % 0xe00), random(), width);
        break;
      case 1:
        b.config_write(0, random() % 256 & ~3u, random() * 257, 4);
        break;
      default:
        b.config_write(0x1f, random() % 256 & ~3u, random() * 257, 4);
        break;
    }
  }
}

class BoardReset : public testing::TestWithParam<std::uint32_t> {};

TEST_P(BoardReset, EqualsFreshWhateverTheGuestWrote) {
  BoardUnderTest fresh, used;
  write_everywhere(used, GetParam());
  used.board->reset({VcpuId{0}, VcpuId{1}});
  expect_same(snapshot(fresh), snapshot(used));
}

INSTANTIATE_TEST_SUITE_P(Seeds, BoardReset, testing::Values(1u, 77u, 0xdead'beefu));

TEST_F(BoardTest, ResetOpensTheGateAgain) {
  lock_smram();
  board->reset({VcpuId{0}, VcpuId{1}});
  hotplug.refused.clear();
  out(0xcd8, 0, 4);
  EXPECT_EQ(in(0xcdc) & 1, 1u);
  EXPECT_THAT(hotplug.refused, IsEmpty());
}

TEST_F(BoardTest, ResetTellsTheMachineThatMemoryIsAsAfterPowerOn) {
  config_write(0, 0x9c, 0xff, 1);
  config_write(0, 0x9c, 0x02, 1);
  config_write(0, 0x9e, 0x05, 1);
  lock_smram();
  ASSERT_TRUE(memory_controls.back().smbase_smram_locked);
  board->reset({VcpuId{0}, VcpuId{1}});
  EXPECT_EQ(memory_controls.back(), Mch(16).control());
}

TEST_F(BoardTest, ResetTakesTheInterruptLinesBack) {
  open_pm_block();
  out(0x604, 1, 2);
  out(0x628, 4);
  ASSERT_TRUE(board->hotplug().plug(VcpuId{2}));
  out(0x3fc, 0x08);
  out(0x3f9, 0x02);  // THRE is set: interrupts at once
  ASSERT_TRUE(wires[9].level());
  ASSERT_TRUE(wires[4].level());
  board->reset({VcpuId{0}, VcpuId{1}, VcpuId{2}});
  EXPECT_FALSE(wires[9].level());
  EXPECT_FALSE(wires[4].level());
}

TEST_F(BoardTest, ResetUnlocksSmiEn) {
  open_pm_block();
  out(0x630, 0x21, 4);
  config_write(0x1f, 0xa0, 0x0010, 2);
  board->reset({VcpuId{0}, VcpuId{1}});
  open_pm_block();
  EXPECT_EQ(in(0x630, 4), 0u);
  out(0x630, 0x21, 4);
  out(0x630, 0x20, 4);
  EXPECT_EQ(in(0x630, 4) & 1, 0u);
}

TEST_F(BoardTest, PluggedCpusAreColdBootCpusAfterAReset) {
  ASSERT_TRUE(board->hotplug().plug(VcpuId{2}));
  board->reset({VcpuId{0}, VcpuId{1}, VcpuId{2}});
  out(0xcd8, 2, 4);
  EXPECT_EQ(in(0xcdc), 0x01u) << "enabled, no event";
  out(0xcd8, 3, 4);
  EXPECT_EQ(in(0xcdc), 0x00u);
}

}  // namespace
}  // namespace unpark
