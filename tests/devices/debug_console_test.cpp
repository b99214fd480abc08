// SPDX-License-Identifier: Apache-2.0
#include "devices/debug_console.h"

#include <gtest/gtest.h>

#include <string>

namespace unpark::test {
namespace {

TEST(DebugConsole, PassesOnEveryByte) {
  std::string out;
  DebugConsole console{[&](std::uint8_t b) { out.push_back(static_cast<char>(b)); }};
  for (const char c : std::string{"SEC\n"})
    ASSERT_TRUE(console.write({.offset = 0, .width = 1}, static_cast<std::uint8_t>(c)));
  EXPECT_EQ(out, "SEC\n");
}

TEST(DebugConsole, ReadsE9SoThatTheFirmwareKnowsItIsThere) {
  DebugConsole console{nullptr};
  EXPECT_EQ(*console.read({.offset = 0, .width = 1}), 0xe9u);
}

TEST(DebugConsole, TakesBytesOnly) {
  int bytes = 0;
  DebugConsole console{[&](std::uint8_t) { ++bytes; }};
  EXPECT_EQ(console.write({.offset = 0, .width = 2}, 0x4141).error(), IoFault::kBadWidth);
  EXPECT_EQ(console.write({.offset = 1, .width = 1}, 0x41).error(), IoFault::kBadOffset);
  EXPECT_EQ(bytes, 0);
}

}  // namespace
}  // namespace unpark::test
