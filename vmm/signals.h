// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>

#include "vmm/event_loop.h"

namespace unpark {

// SIGINT and SIGTERM as events of the loop. Blocks them in the calling thread, and so in every
// thread that it makes later: make it before the first vCPU.
class Signals {
 public:
  static Result<std::unique_ptr<Signals>, SysError> create(EventLoop& loop,
                                                           std::function<void(int)> handler);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  Signals(EventLoop& loop, UniqueFd fd) : loop_(loop), fd_(std::move(fd)) {}
  EventLoop& loop_;
  UniqueFd fd_;
};

}  // namespace unpark
