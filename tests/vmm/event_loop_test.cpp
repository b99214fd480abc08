// SPDX-License-Identifier: Apache-2.0
#include "vmm/event_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace unpark {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;

// CLOCK_MONOTONIC, as in the loop.
Nanoseconds monotonic() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

UniqueFd ready_descriptor() {
  return UniqueFd{::eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK)};
}

class EventLoopTest : public testing::Test {
 protected:
  void SetUp() override {
    auto created = EventLoop::create();
    ASSERT_TRUE(created.has_value());
    loop = std::move(created).value();
  }
  // Ends a test that waits for something that does not come.
  void run() {
    bool late = false;
    const auto limit = loop->after(std::chrono::seconds{20}, [&] {
      late = true;
      loop->stop();
    });
    ASSERT_TRUE(loop->run().has_value());
    loop->cancel(limit);
    ASSERT_FALSE(late) << "the loop was not stopped";
  }

  std::unique_ptr<EventLoop> loop;
};

TEST_F(EventLoopTest, HandlerGetsTheEventsOfItsDescriptor) {
  const UniqueFd fd = ready_descriptor();
  std::uint32_t seen = 0;
  ASSERT_TRUE(loop->add(fd.get(), EPOLLIN, [&](std::uint32_t events) {
    seen = events;
    loop->stop();
  }));
  run();
  EXPECT_EQ(seen, EPOLLIN);
}

TEST_F(EventLoopTest, AddingADescriptorTwiceIsAnErrorThatNamesTheCall) {
  const UniqueFd fd = ready_descriptor();
  ASSERT_TRUE(loop->add(fd.get(), EPOLLIN, [](std::uint32_t) {}));
  const auto again = loop->add(fd.get(), EPOLLIN, [](std::uint32_t) {});
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(describe(again.error()), "epoll_ctl: File exists (EEXIST)");
}

TEST_F(EventLoopTest, ModifiedInterestIsWhatCounts) {
  const UniqueFd fd = ready_descriptor();  // readable and writable
  std::uint32_t seen = 0;
  ASSERT_TRUE(loop->add(fd.get(), EPOLLIN, [&](std::uint32_t events) {
    seen = events;
    loop->stop();
  }));
  ASSERT_TRUE(loop->modify(fd.get(), EPOLLOUT));
  run();
  EXPECT_EQ(seen, EPOLLOUT);
}

TEST_F(EventLoopTest, HandlerMayRemoveItselfAndIsNotCalledAgain) {
  const UniqueFd fd = ready_descriptor();  // stays readable
  int calls = 0;
  auto token = std::make_shared<int>(7);  // of the handler: must outlive its own removal
  ASSERT_TRUE(loop->add(fd.get(), EPOLLIN, [&, token](std::uint32_t) {
    loop->remove(fd.get());
    calls += *token;
    loop->after(milliseconds{5}, [&] { loop->stop(); });
  }));
  run();
  EXPECT_EQ(calls, 7);
}

TEST_F(EventLoopTest, HandlerMayAddADescriptor) {
  const UniqueFd first = ready_descriptor(), second = ready_descriptor();
  ASSERT_TRUE(loop->add(first.get(), EPOLLIN, [&](std::uint32_t) {
    loop->remove(first.get());
    EXPECT_TRUE(loop->add(second.get(), EPOLLIN, [&](std::uint32_t) { loop->stop(); }));
  }));
  run();
}

// Both are ready at once. The first handler closes the second's descriptor and opens one that gets
// the same number; what was pending for the old must not reach the new.
TEST_F(EventLoopTest, ReusedDescriptorNumberGetsNoEventOfItsPredecessor) {
  UniqueFd victim = ready_descriptor();
  const UniqueFd killer = ready_descriptor();
  UniqueFd heir;
  int heirs_events = 0;
  int turns = 0;
  const auto kill = [&](std::uint32_t) {
    if (++turns > 1) return loop->stop();
    const int number = victim.get();
    loop->remove(number);
    victim = UniqueFd{};
    heir = UniqueFd{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};  // never readable
    ASSERT_EQ(heir.get(), number) << "the kernel gives the lowest free number";
    ASSERT_TRUE(loop->add(heir.get(), EPOLLIN, [&](std::uint32_t) { ++heirs_events; }));
  };
  ASSERT_TRUE(loop->add(killer.get(), EPOLLIN, kill));
  ASSERT_TRUE(loop->add(victim.get(), EPOLLIN, [](std::uint32_t) {}));
  run();
  EXPECT_EQ(heirs_events, 0);
}

TEST_F(EventLoopTest, RemovingAnUnknownDescriptorIsHarmless) {
  loop->remove(12345);
  loop->stop();
  run();
}

TEST_F(EventLoopTest, TimersRunInTheOrderOfTheirTimeAndNotBefore) {
  std::vector<std::string> order;
  const Nanoseconds start = monotonic();
  Nanoseconds last{};
  loop->after(milliseconds{30}, [&] {
    order.emplace_back("late");
    last = monotonic();
    loop->stop();
  });
  loop->after(milliseconds{10}, [&] { order.emplace_back("early"); });
  loop->after(milliseconds{0}, [&] { order.emplace_back("at once"); });
  run();
  EXPECT_THAT(order, ElementsAre("at once", "early", "late"));
  EXPECT_GE(last - start, milliseconds{30});
}

TEST_F(EventLoopTest, TimerRunsOnce) {
  int runs = 0;
  loop->after(milliseconds{1}, [&] { ++runs; });
  loop->after(milliseconds{20}, [&] { loop->stop(); });
  run();
  EXPECT_EQ(runs, 1);
}

TEST_F(EventLoopTest, CancelledTimerDoesNotRun) {
  bool ran = false;
  const auto id = loop->after(milliseconds{1}, [&] { ran = true; });
  loop->cancel(id);
  loop->cancel(id);
  loop->after(milliseconds{10}, [&] { loop->stop(); });
  run();
  EXPECT_FALSE(ran);
}

TEST_F(EventLoopTest, TimerMayCancelOneThatIsDueAtTheSameTime) {
  bool ran = false;
  EventLoop::TimerId second = 0;
  loop->after(milliseconds{0}, [&] { loop->cancel(second); });
  second = loop->after(milliseconds{0}, [&] { ran = true; });
  loop->after(milliseconds{5}, [&] { loop->stop(); });
  run();
  EXPECT_FALSE(ran);
}

TEST_F(EventLoopTest, TimerMaySetItselfAgain) {
  int runs = 0;
  std::function<void()> tick = [&] {
    if (++runs == 3) return loop->stop();
    loop->after(milliseconds{1}, tick);
  };
  loop->after(milliseconds{1}, tick);
  run();
  EXPECT_EQ(runs, 3);
}

TEST_F(EventLoopTest, PostedTasksOfEveryThreadRunInItsOrderOnTheLoopsThread) {
  constexpr int kThreads = 4, kTasks = 500;
  const auto loop_thread = std::this_thread::get_id();
  std::vector<std::vector<int>> seen(kThreads);
  int left = kThreads * kTasks;
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kTasks; ++i) {
        loop->post([&, t, i] {
          EXPECT_EQ(std::this_thread::get_id(), loop_thread);
          seen[t].push_back(i);
          if (--left == 0) loop->stop();
        });
      }
    });
  }
  run();
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<int>& of_thread : seen) {
    ASSERT_EQ(of_thread.size(), static_cast<std::size_t>(kTasks));
    EXPECT_TRUE(std::is_sorted(of_thread.begin(), of_thread.end()));
  }
}

TEST_F(EventLoopTest, WhatWasPostedBeforeStopHasRunWhenItReturns) {
  for (int round = 0; round < 200; ++round) {
    int ran = 0;
    std::thread other([&] {
      loop->post([&] { ++ran; });
      loop->post([&] { ++ran; });
      loop->stop();
    });
    run();
    other.join();
    ASSERT_EQ(ran, 2);
  }
}

TEST_F(EventLoopTest, WhatIsPostedForSoonRunsWithoutAnythingElseToWakeTheLoop) {
  for (int round = 0; round < 3; ++round) {
    int ran = 0;
    std::thread other([&] {
      loop->post_soon([&] { ++ran; });
      loop->post_soon([&] {
        ++ran;
        loop->stop();
      });
    });
    run();
    other.join();
    EXPECT_EQ(ran, 2);
  }
}

TEST_F(EventLoopTest, WhatIsPostedForSoonDoesNotWakeTheLoop) {
  const auto posted = std::chrono::steady_clock::now();
  loop->post_soon([&] { loop->stop(); });
  run();
  EXPECT_GE(std::chrono::steady_clock::now() - posted, EventLoop::kSoon);
}

TEST_F(EventLoopTest, WhatIsPostedForSoonKeepsItsPlaceAmongTheOthers) {
  std::vector<int> order;
  loop->post([&] { order.push_back(1); });
  loop->post_soon([&] { order.push_back(2); });
  loop->post([&] {
    order.push_back(3);
    loop->stop();
  });
  run();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST_F(EventLoopTest, TaskMayPostWithoutKeepingStopFromReturning) {
  std::function<void()> again = [&] { loop->post(again); };
  loop->post(again);
  loop->after(milliseconds{2}, [&] { loop->stop(); });
  run();
}

TEST_F(EventLoopTest, StopBeforeRunReturnsAtOnceAndTheLoopCanRunAgain) {
  loop->stop();
  run();
  bool ran = false;
  loop->post([&] {
    ran = true;
    loop->stop();
  });
  run();
  EXPECT_TRUE(ran);
}

TEST(SysErrorText, NamesTheCallTheReasonAndItsNumber) {
  EXPECT_EQ(describe({"KVM_SET_REGS", EINVAL}), "KVM_SET_REGS: Invalid argument (EINVAL)");
  EXPECT_EQ(describe({"open", ENOENT}), "open: No such file or directory (ENOENT)");
  EXPECT_EQ(describe({"ioctl", 4711}), "ioctl: error 4711");
}

}  // namespace
}  // namespace unpark
