// SPDX-License-Identifier: Apache-2.0
// The wiring of the UART: bus, interrupt line, both ends of the serial line.
#include "devices/uart16550.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <thread>

namespace unpark {
namespace {

struct Uart16550Test : testing::Test {
  std::vector<bool> edges;
  std::string sent;
  int rooms = 0;
  std::shared_ptr<IrqWire> wire =
      std::make_shared<IrqWire>([this](bool level) { edges.push_back(level); });
  Uart16550 uart{IrqLine{wire}, [this](std::uint8_t b) { sent.push_back(static_cast<char>(b)); },
                 [this] { ++rooms; }};

  void out(std::uint32_t offset, std::uint64_t value) {
    EXPECT_TRUE(uart.write({.offset = offset}, value));
  }
  std::uint64_t in(std::uint32_t offset) {
    return uart.read({.offset = offset}).value_or(std::uint64_t{0xdead});
  }
};

TEST_F(Uart16550Test, BytesLeaveInOrder) {
  for (const char c : std::string("hello")) out(0, static_cast<std::uint8_t>(c));
  EXPECT_EQ(sent, "hello");
}

TEST_F(Uart16550Test, OnlyByteAccessesToEightPortsAreAnswered) {
  constexpr std::array<std::uint8_t, 3> kWide{2, 4, 8};
  for (const std::uint8_t width : kWide) {
    EXPECT_EQ(uart.read({.offset = 0, .width = width}).error(), IoFault::kBadWidth);
    EXPECT_EQ(uart.write({.offset = 0, .width = width}, 0).error(), IoFault::kBadWidth);
  }
  EXPECT_EQ(uart.read({.offset = 8}).error(), IoFault::kBadOffset);
  EXPECT_TRUE(sent.empty());
}

TEST_F(Uart16550Test, LineRisesWithInputAndFallsWhenItIsRead) {
  out(1, 0x01);
  out(4, 0x08);
  const std::array<std::uint8_t, 1> byte{'k'};

  EXPECT_EQ(uart.receive(byte), 1u);
  EXPECT_EQ(edges, std::vector<bool>{true});
  EXPECT_EQ(in(0), std::uint64_t{'k'});
  EXPECT_EQ(edges, (std::vector<bool>{true, false}));
}

TEST_F(Uart16550Test, LineFallsAtResetAndWhenTheDeviceDies) {
  out(1, 0x02);
  out(4, 0x08);
  EXPECT_EQ(edges, std::vector<bool>{true});
  uart.reset();
  EXPECT_EQ(edges, (std::vector<bool>{true, false}));

  {
    Uart16550 other{IrqLine{wire}, nullptr};
    ASSERT_TRUE(other.write({.offset = 1}, 0x02));
    ASSERT_TRUE(other.write({.offset = 4}, 0x08));
    EXPECT_EQ(edges, (std::vector<bool>{true, false, true}));
  }
  EXPECT_EQ(edges, (std::vector<bool>{true, false, true, false}));
}

TEST_F(Uart16550Test, ReceiveTakesWhatFitsAndSaysWhenThereIsRoomAgain) {
  out(2, 0x01);
  const std::array<std::uint8_t, 20> bytes{};

  EXPECT_EQ(uart.receive(bytes), 16u);
  EXPECT_EQ(rooms, 0);
  (void)in(0);
  EXPECT_EQ(rooms, 1);
  (void)in(0);
  EXPECT_EQ(rooms, 1);  // once
}

TEST_F(Uart16550Test, RoomIsNotAnnouncedToNobody) {
  const std::array<std::uint8_t, 1> byte{1};
  EXPECT_EQ(uart.receive(byte), 1u);
  (void)in(0);
  EXPECT_EQ(rooms, 0);
}

TEST_F(Uart16550Test, RoomComesAlsoWithResetAndTheEndOfLoopback) {
  const std::array<std::uint8_t, 2> bytes{};
  EXPECT_EQ(uart.receive(bytes), 1u);
  uart.reset();
  EXPECT_EQ(rooms, 1);

  out(4, 0x10);
  EXPECT_EQ(uart.receive(bytes), 0u);
  out(4, 0x00);
  EXPECT_EQ(rooms, 2);
}

TEST(Uart16550, InputMayBeGivenFromTheRoomCallback) {
  std::uint8_t next = 0;
  Uart16550* self = nullptr;
  const auto feed = [&] {
    std::array<std::uint8_t, 2> two{};
    two[0] = next;
    two[1] = static_cast<std::uint8_t>(next + 1);
    next = static_cast<std::uint8_t>(next + self->receive(two));
  };
  Uart16550 uart{IrqLine{}, nullptr, feed};
  self = &uart;

  feed();
  for (std::uint64_t i = 0; i < 100; ++i) ASSERT_EQ(*uart.read({.offset = 0}), i);
}

TEST(Uart16550, NoByteIsLostOrDoubledBetweenTwoThreads) {
  Uart16550 uart{IrqLine{}, nullptr};
  ASSERT_TRUE(uart.write({.offset = 2}, 0x01));
  constexpr int kCount = 20000;
  std::thread host([&] {
    for (int i = 0; i < kCount;) {
      const std::array<std::uint8_t, 1> byte{static_cast<std::uint8_t>(i)};
      if (uart.receive(byte) == 1)
        ++i;
      else
        std::this_thread::yield();
    }
  });
  int wrong = 0;
  for (int i = 0; i < kCount;) {
    if ((*uart.read({.offset = 5}) & 0x01) == 0) {
      std::this_thread::yield();
      continue;
    }
    if (*uart.read({.offset = 0}) != static_cast<std::uint8_t>(i)) ++wrong;
    ++i;
  }
  host.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace unpark
