// SPDX-License-Identifier: Apache-2.0
#include "vmm/terminal.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include <optional>

#include "vmm/fd.h"

namespace unpark {
namespace {

// Sets an environment variable, or takes it away; as it was afterwards.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) {
    if (const char* old = ::getenv(name)) old_ = old;
    if (value)
      ::setenv(name, value, 1);
    else
      ::unsetenv(name);
  }
  ~Environment() {
    if (old_)
      ::setenv(name_, old_->c_str(), 1);
    else
      ::unsetenv(name_);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
  std::optional<std::string> old_;
};

// A pseudo-terminal of 132 columns.
struct Terminal {
  UniqueFd master{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
  UniqueFd slave;
  Terminal() {
    if (::grantpt(master.get()) != 0 || ::unlockpt(master.get()) != 0) return;
    slave = UniqueFd{::open(::ptsname(master.get()), O_RDWR | O_NOCTTY | O_CLOEXEC)};
    const winsize size{.ws_row = 43, .ws_col = 132};
    (void)::ioctl(slave.get(), TIOCSWINSZ, &size);
  }
};

struct TerminalTest : testing::Test {
  Environment no_colour{"NO_COLOR", nullptr}, force{"CLICOLOR_FORCE", nullptr};
  Environment term{"TERM", "xterm"}, columns{"COLUMNS", nullptr};
  Terminal terminal;
  UniqueFd null{::open("/dev/null", O_RDWR | O_CLOEXEC)};
  void SetUp() override { ASSERT_TRUE(terminal.slave) << "no pseudo-terminal here"; }
};

TEST_F(TerminalTest, ATerminalShowsColour) {
  EXPECT_TRUE(shows_colour(terminal.slave.get()));
}

TEST_F(TerminalTest, WhatIsNoTerminalShowsNone) {
  EXPECT_FALSE(shows_colour(null.get()));
  EXPECT_FALSE(shows_colour(-1));
}

TEST_F(TerminalTest, NoColorIsHeededUnlessItIsEmpty) {
  {
    const Environment set("NO_COLOR", "1");
    EXPECT_FALSE(shows_colour(terminal.slave.get()));
  }
  const Environment empty("NO_COLOR", "");  // no-color.org: "when present and not an empty string"
  EXPECT_TRUE(shows_colour(terminal.slave.get()));
}

TEST_F(TerminalTest, DumbTerminalShowsNone) {
  const Environment dumb("TERM", "dumb");
  EXPECT_FALSE(shows_colour(terminal.slave.get()));
}

// A terminal somewhere else, as the lab's.
TEST_F(TerminalTest, ColourCanBeForced) {
  const Environment set("CLICOLOR_FORCE", "1");
  EXPECT_TRUE(shows_colour(null.get()));
  const Environment no("NO_COLOR", "1");
  EXPECT_FALSE(shows_colour(null.get()));
}

TEST_F(TerminalTest, TerminalKnowsItsColumns) {
  EXPECT_EQ(columns_of(terminal.slave.get()), 132);
}

TEST_F(TerminalTest, ElsewhereColumnsSaysIt) {
  const Environment set("COLUMNS", "77");
  EXPECT_EQ(columns_of(null.get()), 77);
  EXPECT_EQ(columns_of(terminal.slave.get()), 132);
}

TEST_F(TerminalTest, ElsewhereWithoutColumnsItIs120) {
  EXPECT_EQ(columns_of(null.get()), 120);
  for (const char* nonsense : {"", "x", "0", "-5"}) {
    const Environment set("COLUMNS", nonsense);
    EXPECT_EQ(columns_of(null.get()), 120) << nonsense;
  }
}

TEST(PaintTest, OffIsTheTextItself) {
  const Paint paint(false);
  for (const Colour c :
       {Colour::kNone, Colour::kRed, Colour::kGreen, Colour::kYellow, Colour::kBold, Colour::kDim})
    EXPECT_EQ(paint(c, "text"), "text");
}

// ECMA-48 8.3.117, SGR: 31 red, 32 green, 33 yellow, 1 bold, 2 faint, 0 ends it.
TEST(PaintTest, OnWrapsTheTextAndEndsTheColour) {
  const Paint paint(true);
  EXPECT_EQ(paint(Colour::kRed, "text"), "\033[31mtext\033[0m");
  EXPECT_EQ(paint(Colour::kGreen, "text"), "\033[32mtext\033[0m");
  EXPECT_EQ(paint(Colour::kYellow, "text"), "\033[33mtext\033[0m");
  EXPECT_EQ(paint(Colour::kBold, "text"), "\033[1mtext\033[0m");
  EXPECT_EQ(paint(Colour::kDim, "text"), "\033[2mtext\033[0m");
  EXPECT_EQ(paint(Colour::kNone, "text"), "text");
}

}  // namespace
}  // namespace unpark
