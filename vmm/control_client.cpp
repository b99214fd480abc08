// SPDX-License-Identifier: Apache-2.0
#include "vmm/control_client.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

namespace unpark {
namespace {

std::chrono::microseconds wall_clock() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::system_clock::now().time_since_epoch());
}

}  // namespace

ControlClient::ControlClient(UniqueFd fd, MachineControl& machine, Warn warn)
    : fd_(std::move(fd)), session_(machine, wall_clock), warn_(std::move(warn)) {
  queue(QmpSession::greeting());
  flush();
}

ControlClient::~ControlClient() {
  // Closed with bytes unread, the client would get ECONNRESET for its end of file (unix_release).
  std::array<char, kReadSize> ignored;
  for (int i = 0; i < 4; ++i) {
    if (::recv(fd_.get(), ignored.data(), ignored.size(), MSG_DONTWAIT) <= 0) break;
  }
}

std::uint32_t ControlClient::interest() const {
  const bool reads = in_.empty() && unsent() < kEnoughUnsent && !end_of_input_;
  const bool writes = unsent() > 0 || !in_.empty();  // or has requests left for the next turn
  return (reads ? EPOLLIN : 0U) | (writes ? EPOLLOUT : 0U);
}

ControlClient::State ControlClient::handle(std::uint32_t epoll_events) {
  in_handle_ = true;
  flush();
  if ((epoll_events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) read();
  answer();
  flush();
  in_handle_ = false;
  return state();
}

ControlClient::State ControlClient::tell(const QmpEvent& event) {
  queue(session_.tell(event));
  if (!in_handle_) flush();
  if (unsent() > kMaxUnsent && !dismissed_) {
    dismissed_ = true;
    warn_(
        fmt::format("control socket: the client does not read, {} bytes wait for it; it is "
                    "disconnected",
                    unsent()));
  }
  return in_handle_ ? State::kStays : state();
}

void ControlClient::read() {
  if (!in_.empty() || end_of_input_ || unsent() >= kEnoughUnsent) return;
  std::array<char, kReadSize> bytes;
  const ssize_t n = ::recv(fd_.get(), bytes.data(), bytes.size(), 0);
  if (n > 0) {
    in_.assign(bytes.data(), static_cast<std::size_t>(n));
  } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
    end_of_input_ = true;
  }
}

void ControlClient::answer() {
  std::string_view rest = in_;
  for (int i = 0; i < kAnswersPerTurn && !rest.empty() && unsent() < kEnoughUnsent; ++i) {
    if (dismissed_) break;
    const std::optional<std::string> lines = session_.answer(rest);
    if (lines) queue(*lines);
  }
  in_.erase(0, in_.size() - rest.size());
}

void ControlClient::queue(std::string_view lines) {
  if (!deaf_) out_ += lines;
}

void ControlClient::flush() {
  while (unsent() > 0) {
    const ssize_t n = ::send(fd_.get(), out_.data() + sent_, unsent(), MSG_NOSIGNAL);
    if (n > 0) {
      sent_ += static_cast<std::size_t>(n);
    } else if (n < 0 && errno == EINTR) {
      continue;
    } else if (n < 0 && errno == EAGAIN) {
      break;
    } else {
      deaf_ = true;
      sent_ = out_.size();
    }
  }
  // Moved up rarely: for each partial write the whole queue would be copied.
  if (sent_ == out_.size() || sent_ > kEnoughUnsent) {
    out_.erase(0, sent_);
    sent_ = 0;
  }
}

ControlClient::State ControlClient::state() const {
  if (dismissed_) return State::kGone;
  if (unsent() > 0) return State::kStays;
  const bool over = session_.closing() || (end_of_input_ && in_.empty());
  return over ? State::kGone : State::kStays;
}

}  // namespace unpark
