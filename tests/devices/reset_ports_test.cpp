// SPDX-License-Identifier: Apache-2.0
// The three ports that reset the machine: 0xCF9, 0x64 and 0x92.
#include <gtest/gtest.h>

#include <vector>

#include "devices/keyboard_controller.h"
#include "devices/port92.h"
#include "devices/reset_control.h"

namespace unpark::test {
namespace {

using Sources = std::vector<ResetSource>;

struct ResetPorts : testing::Test {
  Sources resets;
  ResetSink sink = [this](ResetSource s) { resets.push_back(s); };
  static constexpr Access kByte{.offset = 0, .width = 1};
};

TEST_F(ResetPorts, ResetControlResetsWhenRstCpuIsSet) {
  ResetControl chip{sink};
  for (const unsigned v : {0x06u, 0x0eu, 0x0fu, 0x04u}) ASSERT_TRUE(chip.write(kByte, v));
  EXPECT_EQ(resets, (Sources(4, ResetSource::kResetControl)));
}

TEST_F(ResetPorts, ResetControlReadsBackTheKindOfResetOnly) {
  ResetControl chip{sink};
  ASSERT_TRUE(chip.write(kByte, 0xff));
  EXPECT_EQ(*chip.read(kByte), 0x0au);
  ASSERT_TRUE(chip.write(kByte, 0x02));
  EXPECT_EQ(*chip.read(kByte), 0x02u);
  ASSERT_TRUE(chip.write(kByte, 0x00));
  EXPECT_EQ(*chip.read(kByte), 0x00u);
}

TEST_F(ResetPorts, ResetControlWithoutRstCpuDoesNotReset) {
  ResetControl chip{sink};
  for (unsigned v = 0; v < 256; ++v) EXPECT_TRUE(chip.write(kByte, v & ~4u));
  EXPECT_TRUE(resets.empty());
}

TEST_F(ResetPorts, KeyboardCommandFeResetsAndNothingElseDoes) {
  KeyboardControllerPort command{KeyboardControllerPort::Role::kCommand, sink};
  KeyboardControllerPort data{KeyboardControllerPort::Role::kData, sink};
  for (unsigned v = 0; v < 256; ++v) {
    ASSERT_TRUE(command.write(kByte, v));
    ASSERT_TRUE(data.write(kByte, v));
    EXPECT_EQ(resets.size(), v >= 0xfe ? 1u : 0u) << v;
  }
  EXPECT_EQ(resets, (Sources{ResetSource::kKeyboardController}));
}

TEST_F(ResetPorts, KeyboardPortsReadAllOnesAsOnAMachineWithoutOne) {
  KeyboardControllerPort command{KeyboardControllerPort::Role::kCommand, sink};
  KeyboardControllerPort data{KeyboardControllerPort::Role::kData, sink};
  EXPECT_EQ(*command.read(kByte), 0xffu);
  EXPECT_EQ(*data.read(kByte), 0xffu);
}

TEST_F(ResetPorts, Port92ResetsWhenInitNowRises) {
  Port92 chip{sink};
  ASSERT_TRUE(chip.write(kByte, 0x03));
  ASSERT_TRUE(chip.write(kByte, 0x01));  // still high
  EXPECT_EQ(resets, (Sources{ResetSource::kPort92}));
  ASSERT_TRUE(chip.write(kByte, 0x00));
  ASSERT_TRUE(chip.write(kByte, 0x01));
  EXPECT_EQ(resets.size(), 2u);
}

TEST_F(ResetPorts, Port92ReadsBackA20AndInitAndNoOtherBit) {
  Port92 chip{sink};
  ASSERT_TRUE(chip.write(kByte, 0xfe));
  EXPECT_EQ(*chip.read(kByte), 0x02u);
  EXPECT_TRUE(resets.empty());
  ASSERT_TRUE(chip.write(kByte, 0x00));
  EXPECT_EQ(*chip.read(kByte), 0x00u);
}

TEST_F(ResetPorts, AnUnwiredPortDoesNotCrash) {
  ResetControl a{nullptr};
  Port92 b{nullptr};
  KeyboardControllerPort c{KeyboardControllerPort::Role::kCommand, nullptr};
  EXPECT_TRUE(a.write(kByte, 0xff));
  EXPECT_TRUE(b.write(kByte, 0xff));
  EXPECT_TRUE(c.write(kByte, 0xfe));
}

}  // namespace
}  // namespace unpark::test
