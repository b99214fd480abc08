// SPDX-License-Identifier: Apache-2.0
#include "vmm/serial_shell.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace unpark {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

constexpr Nanoseconds kLong = seconds{30}, kShort = milliseconds{10};

void say(SerialShell& shell, const std::string& text) {
  for (const char c : text) shell.receive(static_cast<std::uint8_t>(c));
}

TEST(SerialShell, WaitsForWhatTheGuestSays) {
  SerialShell shell([](const std::string&) {});
  std::thread guest([&] { say(shell, "one\r\nGUEST-UP cpus=0\r\n"); });
  EXPECT_TRUE(shell.wait_for("GUEST-UP", kLong));
  guest.join();
}

TEST(SerialShell, SaysWhatItHeardLastInsteadWithoutControlCodes) {
  SerialShell shell([](const std::string&) {});
  say(shell, "\033[2Jkernel panic\r\n\r\n");
  const auto r = shell.wait_for("GUEST-UP", kShort);
  ASSERT_FALSE(r);
  EXPECT_THAT(r.error().message, HasSubstr("'GUEST-UP'"));
  EXPECT_THAT(r.error().message, HasSubstr(".[2Jkernel panic"));
  EXPECT_THAT(r.error().message, Not(HasSubstr("\033")));
}

TEST(SerialShell, GivesWhatACommandPrintsAndNotItsEcho) {
  SerialShell* at = nullptr;
  SerialShell shell([&](const std::string& typed) {
    say(*at, typed);  // a console that echoes
    say(*at, "BEGIN-1:\r\n0-1\r\nmore\r\nEND-1:\r\n");
  });
  at = &shell;
  const auto r = shell.run("cat online", kLong);
  ASSERT_TRUE(r) << r.error().message;
  EXPECT_EQ(*r, "0-1\nmore");
}

TEST(SerialShell, NamesTheCommandThatDoesNotEnd) {
  SerialShell shell([](const std::string&) {});
  const auto r = shell.run("sleep 1000", kShort);
  ASSERT_FALSE(r);
  EXPECT_THAT(r.error().message, HasSubstr("'sleep 1000'"));
}

TEST(SerialShell, GivingUpEndsEveryWaitNowAndLater) {
  SerialShell shell([](const std::string&) {});
  std::thread end([&] { shell.give_up(); });
  EXPECT_FALSE(shell.wait_for("never", kLong));
  EXPECT_FALSE(shell.run("true", kLong));
  end.join();
}

TEST(SerialShell, AGuestThatTalksForEverCostsBoundedMemoryAndIsStillHeard) {
  SerialShell shell([](const std::string&) {});
  say(shell, std::string(3 << 18, 'x'));
  say(shell, "GUEST-UP\n");
  EXPECT_TRUE(shell.wait_for("GUEST-UP", kShort));
}

}  // namespace
}  // namespace unpark
