// SPDX-License-Identifier: Apache-2.0
#include "measure/child.h"

#include <gtest/gtest.h>
#include <signal.h>

namespace unpark::measure {
namespace {

constexpr Nanoseconds kLong = std::chrono::seconds{60};

class BenchChild : public testing::Test {
 protected:
  static Child run(const std::string& script) {
    auto child = Child::start({"/bin/sh", "-c", script});
    EXPECT_TRUE(child);
    return *std::move(child);
  }
  Result<Interrupt, Error> interrupt_ = Interrupt::create();
};

TEST_F(BenchChild, GivesItsLinesInOrderAndThenItsEnd) {
  Child child = run("printf 'one\\ntwo\\nhalf'");
  const auto first = child.next_line(kLong, *interrupt_);
  const auto second = child.next_line(kLong, *interrupt_);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->text, "one");
  EXPECT_EQ(second->text, "two");
  EXPECT_GE(first->arrived, child.started());
  ASSERT_TRUE(child.first_byte());
  EXPECT_LE(*child.first_byte(), first->arrived);
  const auto end = child.next_line(kLong, *interrupt_);
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error(), Child::Silence::kEnded);
  EXPECT_EQ(child.last_line(), "two");
}

TEST_F(BenchChild, KeepsWhatItSaidLastOnStandardError) {
  Child child = run("echo first >&2; echo 'no SMM here' >&2");
  (void)child.next_line(kLong, *interrupt_);
  EXPECT_EQ(child.last_words(), "no SMM here");
}

TEST_F(BenchChild, ReadsWhatIsTypedAndNothingElse) {
  auto child = Child::start({"/bin/sh", "-c", "read line; echo \"got $line\"; read line; echo end"},
                            Child::Input::kTyped);
  ASSERT_TRUE(child);
  ASSERT_TRUE(child->type("a word"));
  const auto line = child->next_line(kLong, *interrupt_);
  ASSERT_TRUE(line);
  EXPECT_EQ(line->text, "got a word");
  child->stop();
  const auto gone = child->type("too late");
  ASSERT_FALSE(gone);
  EXPECT_NE(gone.error().message.find("cannot type 'too late'"), std::string::npos)
      << gone.error().message;
  Child other = run("read line || echo no input");
  const auto none = other.next_line(kLong, *interrupt_);
  ASSERT_TRUE(none);
  EXPECT_EQ(none->text, "no input");
  EXPECT_FALSE(other.type("x"));
}

TEST_F(BenchChild, CutsALineThatHasNoEnd) {
  Child child = run("head -c 100000 /dev/zero | tr '\\0' x; echo; echo next");
  const auto cut = child.next_line(kLong, *interrupt_);
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->text.size(), 4096u);
  const auto next = child.next_line(kLong, *interrupt_);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->text, "next");
}

TEST_F(BenchChild, IsWaitedForNoLongerThanAsked) {
  Child child = run("exec tail -f /dev/null");
  const auto none = child.next_line(std::chrono::milliseconds{1}, *interrupt_);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error(), Child::Silence::kTimeout);
}

TEST_F(BenchChild, IsGoneWhenItsObjectIs) {
  pid_t pid = 0;
  {
    Child child = run("exec tail -f /dev/null");
    pid = child.pid();
    ASSERT_EQ(::kill(pid, 0), 0);
  }
  EXPECT_EQ(::kill(pid, 0), -1);
}

TEST_F(BenchChild, EndsAtOnceWhenThereIsNoSuchProgram) {
  auto child = Child::start({"/nonexistent/qemu"});
  ASSERT_TRUE(child);
  const auto line = child->next_line(kLong, *interrupt_);
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error(), Child::Silence::kEnded);
}

TEST_F(BenchChild, IsNotWaitedForAfterAnInterrupt) {
  Child child = run("exec tail -f /dev/null");
  ASSERT_EQ(::raise(SIGTERM), 0);
  const auto line = child.next_line(kLong, *interrupt_);
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error(), Child::Silence::kInterrupted);
  EXPECT_TRUE(interrupt_->pending());
  // Taken back, for the tests after this one.
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  const timespec now{};
  EXPECT_EQ(::sigtimedwait(&set, nullptr, &now), SIGTERM);
}

}  // namespace
}  // namespace unpark::measure
