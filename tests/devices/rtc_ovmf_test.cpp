// SPDX-License-Identifier: Apache-2.0
// What firmware and kernel do to the clock, in their order.
#include <array>
#include <chrono>

#include "tests/devices/rtc_fixture.h"

namespace unpark::test {
namespace {

using namespace std::chrono_literals;

struct RtcGuests : RtcFixture, testing::Test {};

// edk2 PcRtc with its index read, modify, write: bit 7 of port 70h is kept.
struct Edk2 {
  RtcFixture& f;

  void select(std::uint8_t reg) const {
    const std::uint64_t old = *f.rtc.read({.offset = 0});
    f.index(static_cast<std::uint8_t>((old & 0x80) | reg));
  }
  [[nodiscard]] std::uint64_t read(std::uint8_t reg) const {
    select(reg);
    return f.rtc.read({.offset = 1}).value_or(std::uint64_t{0xdead});
  }
  void write(std::uint8_t reg, std::uint8_t value) const {
    select(reg);
    EXPECT_TRUE(f.rtc.write({.offset = 1}, value));
  }
};

TEST_F(RtcGuests, SecAndPeiSeeNoResumeAndTheMemorySize) {
  const Edk2 fw{*this};
  EXPECT_EQ(fw.read(0x0f), 0x00u);
  fw.write(0x0f, 0x00);
  EXPECT_EQ(fw.read(0x34) | fw.read(0x35) << 8, (512u - 16) * 16);
  EXPECT_EQ(fw.read(0x5b) | fw.read(0x5c) << 8 | fw.read(0x5d) << 16, 0u);
}

TEST_F(RtcGuests, PcRtcInitialises) {
  const Edk2 fw{*this};
  clock.advance(1s - 1ms);  // in the update cycle: the worst moment

  fw.write(0x0a, 0x26);
  EXPECT_EQ(fw.read(0x0b), 0x02u);
  (void)fw.read(0x0c);
  fw.write(0x0d, 0x00);
  EXPECT_EQ(fw.read(0x0d) & 0x80, 0x80u);

  EXPECT_EQ(fw.read(0x0a) & 0x80, 0x80u);
  clock.advance(100ms);  // as long as it waits
  EXPECT_EQ(fw.read(0x0a) & 0x80, 0x00u);
  EXPECT_EQ(fw.read(0), 0x01u);
  EXPECT_EQ(fw.read(2), 0x14u);
  EXPECT_EQ(fw.read(4), 0x22u);
  EXPECT_EQ(fw.read(7), 0x14u);
  EXPECT_EQ(fw.read(8), 0x11u);
  EXPECT_EQ(fw.read(9), 0x23u);

  fw.write(0x0b, 0x02);
  fw.write(0x0b, 0x82);
  constexpr std::array<std::array<std::uint8_t, 2>, 6> kTime{
      {{0, 0x01}, {2, 0x14}, {4, 0x22}, {7, 0x14}, {8, 0x11}, {9, 0x23}}};
  for (const auto& [reg, value] : kTime) fw.write(reg, value);
  fw.write(0x0b, 0x02);
  for (const std::uint8_t reg : std::to_array<std::uint8_t>({1, 3, 5}))
    fw.write(reg, static_cast<std::uint8_t>(fw.read(reg)));
  fw.write(0x32, 0x20);

  clock.advance(901ms);
  EXPECT_EQ(fw.read(0), 0x02u);
  EXPECT_EQ(fw.read(0x32), 0x20u);
  EXPECT_EQ(asked, 0);
  EXPECT_TRUE(irq.edges.empty());
}

// Linux mc146818_set_time(): SET, divider reset, bytes, then both restored.
TEST_F(RtcGuests, LinuxSetsTheTimeToTheHalfSecond) {
  clock.advance(777ms);
  const auto b = static_cast<std::uint8_t>(in(0x0b));
  out(0x0b, b | 0x80);
  const auto a = static_cast<std::uint8_t>(in(0x0a));
  out(0x0a, a | 0x70);
  out(0, 0x59);
  out(2, 0x59);
  out(0x0b, b);
  out(0x0a, a);

  clock.advance(499ms);
  EXPECT_EQ(in(0), 0x59u);
  clock.advance(1ms);
  EXPECT_EQ(in(0), 0x00u);
  EXPECT_EQ(in(4), 0x23u);
}

// hwclock: waits for the update interrupt.
TEST_F(RtcGuests, HwclockGetsTheSecondsEdge) {
  clock.advance(123ms);
  out(0x0b, 0x12);
  EXPECT_EQ(run(877ms), 1);
  EXPECT_TRUE(irq.level());
  EXPECT_EQ(in(0), 0x01u);
}

}  // namespace
}  // namespace unpark::test
