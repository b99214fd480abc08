// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "devices/clock.h"
#include "devices/result.h"
#include "devices/sync.h"
#include "vmm/fd.h"
#include "vmm/sys_error.h"

namespace unpark {

// One epoll loop on one thread: control socket, serial input, timers, signals, and what other
// threads post. Everything but post() and stop() is for the loop's own thread.
class EventLoop {
 public:
  using FdHandler = std::function<void(std::uint32_t epoll_events)>;
  using Task = std::function<void()>;
  using TimerId = std::uint64_t;

  static Result<std::unique_ptr<EventLoop>, SysError> create();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Watches `fd` (borrowed) until remove(). A handler may add and remove descriptors, itself too.
  Result<Done, SysError> add(int fd, std::uint32_t epoll_events, FdHandler handler);
  Result<Done, SysError> modify(int fd, std::uint32_t epoll_events);
  void remove(int fd);

  // Runs `task` once, `after` from now. Cancelling a timer that has run is harmless.
  TimerId after(Nanoseconds after, Task task);
  void cancel(TimerId id);

  // From any thread: runs `task` on the loop's thread, in the order of posting.
  void post(Task task);
  // The same, but no sooner than the loop wakes up for something else, or kSoon from now: the
  // caller goes on at once, and what comes meanwhile goes with it.
  void post_soon(Task task);
  static constexpr std::chrono::milliseconds kSoon{20};
  // From any thread or a handler: run() returns after what is being handled.
  void stop();

  // Until stop(). Tasks that were posted before stop() have run when it returns.
  Result<Done, SysError> run();

 private:
  EventLoop(UniqueFd epoll, UniqueFd wake, UniqueFd soon);
  struct Timer {
    Nanoseconds due;
    Task task;
  };

  bool run_posted();  // whether there was anything
  void set_soon(Nanoseconds after) TSA(requires_capability(m_));
  void run_due_timers();
  [[nodiscard]] int next_timeout_ms() const;

  UniqueFd epoll_, wake_;
  UniqueFd soon_;  // a timer: the end of kSoon
  std::map<int, std::shared_ptr<FdHandler>> handlers_;
  std::map<TimerId, Timer> timers_;
  TimerId next_timer_ = 1;

  Mutex m_;
  std::vector<Task> posted_ TSA(guarded_by(m_));
  bool soon_set_ TSA(guarded_by(m_)) = false;  // since the queue was taken last
  bool stop_ TSA(guarded_by(m_)) = false;
};

}  // namespace unpark
