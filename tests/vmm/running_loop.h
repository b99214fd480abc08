// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <memory>

#include "vmm/event_loop.h"

namespace unpark {

// An event loop for one test, which it ends if what the test waits for does not come.
struct RunningLoop {
  std::unique_ptr<EventLoop> loop = EventLoop::create().value();

  // Until somebody stops it.
  void run() {
    bool late = false;
    const auto limit = loop->after(std::chrono::seconds{20}, [&] {
      late = true;
      loop->stop();
    });
    ASSERT_TRUE(loop->run());
    loop->cancel(limit);
    ASSERT_FALSE(late) << "the loop was not stopped";
  }
  // All that has been posted up to now.
  void run_posted() {
    loop->post([this] { loop->stop(); });
    run();
  }
};

}  // namespace unpark
