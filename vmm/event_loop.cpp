// SPDX-License-Identifier: Apache-2.0
#include "vmm/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

namespace unpark {
namespace {

// Not the guest's clock: a timeout of the host goes on while the machine is paused.
Nanoseconds monotonic_now() {
  return std::chrono::steady_clock::now().time_since_epoch();  // CLOCK_MONOTONIC on Linux
}

Result<Done, SysError> control(int epoll, int op, int fd, std::uint32_t events) {
  epoll_event e{};
  e.events = events;
  e.data.fd = fd;
  if (::epoll_ctl(epoll, op, fd, &e) != 0) return Unexpected{SysError{"epoll_ctl", errno}};
  return Done{};
}

}  // namespace

Result<std::unique_ptr<EventLoop>, SysError> EventLoop::create() {
  UniqueFd epoll{::epoll_create1(EPOLL_CLOEXEC)};
  if (!epoll) return Unexpected{SysError{"epoll_create1", errno}};
  UniqueFd wake{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  if (!wake) return Unexpected{SysError{"eventfd", errno}};
  UniqueFd soon{::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)};
  if (!soon) return Unexpected{SysError{"timerfd_create", errno}};
  (void)TRY(control(epoll.get(), EPOLL_CTL_ADD, wake.get(), EPOLLIN));
  (void)TRY(control(epoll.get(), EPOLL_CTL_ADD, soon.get(), EPOLLIN));
  return std::unique_ptr<EventLoop>{
      new EventLoop{std::move(epoll), std::move(wake), std::move(soon)}};
}

EventLoop::EventLoop(UniqueFd epoll, UniqueFd wake, UniqueFd soon)
    : epoll_(std::move(epoll)), wake_(std::move(wake)), soon_(std::move(soon)) {}

EventLoop::~EventLoop() = default;

Result<Done, SysError> EventLoop::add(int fd, std::uint32_t epoll_events, FdHandler handler) {
  (void)TRY(control(epoll_.get(), EPOLL_CTL_ADD, fd, epoll_events));
  handlers_[fd] = std::make_shared<FdHandler>(std::move(handler));
  return Done{};
}

Result<Done, SysError> EventLoop::modify(int fd, std::uint32_t epoll_events) {
  return control(epoll_.get(), EPOLL_CTL_MOD, fd, epoll_events);
}

void EventLoop::remove(int fd) {
  if (handlers_.erase(fd) == 0) return;
  (void)control(epoll_.get(), EPOLL_CTL_DEL, fd, 0);  // fails only if `fd` was closed before
}

EventLoop::TimerId EventLoop::after(Nanoseconds after, Task task) {
  const TimerId id = next_timer_++;
  timers_.emplace(id, Timer{monotonic_now() + after, std::move(task)});
  return id;
}

void EventLoop::cancel(TimerId id) {
  timers_.erase(id);
}

void EventLoop::post(Task task) {
  {
    Lock lock(m_);
    posted_.push_back(std::move(task));
  }
  // Fails only with EAGAIN, when the counter is full: then the loop is awake anyway.
  (void)::eventfd_write(wake_.get(), 1);
}

void EventLoop::post_soon(Task task) {
  Lock lock(m_);
  posted_.push_back(std::move(task));
  if (!std::exchange(soon_set_, true)) set_soon(kSoon);
}

// Under the lock: a call that came late would move what another thread has set.
void EventLoop::set_soon(Nanoseconds after) {
  itimerspec once{};
  once.it_value.tv_nsec = after.count();
  // Cannot fail: the descriptor is a timer's, and the time is valid.
  (void)::timerfd_settime(soon_.get(), 0, &once, nullptr);
}

void EventLoop::stop() {
  {
    Lock lock(m_);
    stop_ = true;
  }
  (void)::eventfd_write(wake_.get(), 1);
}

Result<Done, SysError> EventLoop::run() {
  while (true) {
    // One event at a time. A handler may close a descriptor whose number the next accept() reuses;
    // an event fetched earlier in the same batch would then reach the wrong handler. Fairness is
    // epoll's: a level-triggered descriptor goes to the end of the ready list.
    epoll_event event{};
    int n = ::epoll_wait(epoll_.get(), &event, 1, next_timeout_ms());
    // First what was posted before, in the order it happened. It may have closed what was fetched.
    if (run_posted()) n = ::epoll_wait(epoll_.get(), &event, 1, 0);
    if (n < 0 && errno != EINTR) return Unexpected{SysError{"epoll_wait", errno}};

    if (n > 0 && (event.data.fd == wake_.get() || event.data.fd == soon_.get())) {
      std::uint64_t ignored = 0;
      (void)!::read(event.data.fd, &ignored, sizeof ignored);
    } else if (n > 0) {
      const auto it = handlers_.find(event.data.fd);
      if (it != handlers_.end()) {
        const std::shared_ptr<FdHandler> handler = it->second;  // it may remove itself
        (*handler)(event.events);
      }
    }
    run_due_timers();

    // Looked at before the queue is taken: what was posted before stop() is then in the queue.
    bool stopping = false;
    {
      Lock lock(m_);
      stopping = std::exchange(stop_, false);
    }
    (void)run_posted();
    if (stopping) return Done{};
  }
}

bool EventLoop::run_posted() {
  std::vector<Task> tasks;
  {
    Lock lock(m_);
    tasks.swap(posted_);
    if (std::exchange(soon_set_, false)) set_soon(Nanoseconds{0});  // 0: never
  }
  for (Task& task : tasks) task();
  return !tasks.empty();
}

void EventLoop::run_due_timers() {
  const Nanoseconds now = monotonic_now();
  std::vector<std::pair<Nanoseconds, TimerId>> due;
  for (const auto& [id, timer] : timers_) {
    if (timer.due <= now) due.emplace_back(timer.due, id);
  }
  std::sort(due.begin(), due.end());
  for (const auto& [when, id] : due) {
    auto node = timers_.extract(id);
    if (!node.empty()) node.mapped().task();  // empty: an earlier one has cancelled it
  }
}

int EventLoop::next_timeout_ms() const {
  if (timers_.empty()) return -1;
  Nanoseconds due = Nanoseconds::max();
  for (const auto& [id, timer] : timers_) due = std::min(due, timer.due);
  // Rounded up: rounded down, the loop would spin through the last millisecond.
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(due - monotonic_now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(wait, 0, std::numeric_limits<int>::max()));
}

}  // namespace unpark
