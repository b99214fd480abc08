// SPDX-License-Identifier: Apache-2.0
#include "vmm/signals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>
#include <vector>

#include "tests/vmm/running_loop.h"

namespace unpark {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

// The signal mask and SIGPIPE of the program as they were, whatever a test does to them.
struct SignalsTest : testing::Test {
  SignalsTest() {
    ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    ::sigaction(SIGPIPE, nullptr, &pipe_action);
  }
  ~SignalsTest() override {
    ::sigaction(SIGPIPE, &pipe_action, nullptr);
    ::pthread_sigmask(SIG_SETMASK, &mask, nullptr);
  }
  void make() {
    auto made = Signals::create(*loop.loop, [this](int number) {
      seen.push_back(number);
      loop.loop->stop();
    });
    ASSERT_TRUE(made) << describe(made.error());
    signals = std::move(made).value();
  }

  sigset_t mask{};
  struct sigaction pipe_action {};
  RunningLoop loop;
  std::vector<int> seen;
  std::unique_ptr<Signals> signals;
};

TEST_F(SignalsTest, SigtermIsAnEventOfTheLoop) {
  make();
  ASSERT_EQ(::kill(::getpid(), SIGTERM), 0);
  loop.run();
  EXPECT_THAT(seen, ElementsAre(SIGTERM));
}

TEST_F(SignalsTest, SigintIsOneToo) {
  make();
  ASSERT_EQ(::kill(::getpid(), SIGINT), 0);
  loop.run();
  EXPECT_THAT(seen, ElementsAre(SIGINT));
}

TEST_F(SignalsTest, BothAreTold) {
  make();
  ASSERT_EQ(::kill(::getpid(), SIGTERM), 0);
  ASSERT_EQ(::kill(::getpid(), SIGINT), 0);
  loop.run();
  EXPECT_THAT(seen, UnorderedElementsAre(SIGTERM, SIGINT));
}

TEST_F(SignalsTest, ThreadsMadeLaterDoNotTakeThem) {
  make();
  std::array<bool, 2> blocked{};
  std::thread([&] {
    sigset_t set;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &set);
    blocked = {::sigismember(&set, SIGINT) == 1, ::sigismember(&set, SIGTERM) == 1};
  }).join();
  EXPECT_THAT(blocked, ElementsAre(true, true));
}

TEST_F(SignalsTest, ReaderThatGoesAwayIsAnErrorOfWrite) {
  make();
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  ::close(ends[0]);
  EXPECT_EQ(::write(ends[1], "x", 1), -1);
  EXPECT_EQ(errno, EPIPE);
  ::close(ends[1]);
}

TEST_F(SignalsTest, LoopForgetsThemWithTheObject) {
  make();
  signals.reset();
  loop.run_posted();  // its descriptor is closed: the loop must not look at it
  EXPECT_TRUE(seen.empty());
}

}  // namespace
}  // namespace unpark
