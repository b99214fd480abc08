// SPDX-License-Identifier: Apache-2.0
#include "vmm/control_socket.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace unpark {
namespace {

constexpr Nanoseconds kGateRefusedPeriod = std::chrono::seconds{1};
constexpr Nanoseconds kAcceptRetry = std::chrono::seconds{1};

Nanoseconds now() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

}  // namespace

Result<std::unique_ptr<ControlSocket>, Error> ControlSocket::open(EventLoop& loop,
                                                                  MachineControl& machine,
                                                                  std::string path, Warn warn) {
  const auto because = [&path](const std::string& reason) {
    return Unexpected{Error{fmt::format("cannot open the control socket '{}': {}", path, reason)}};
  };
  auto listener = UnixListener::listen_on(path);
  if (!listener) return because(listener.error().message);
  std::unique_ptr<ControlSocket> socket{
      new ControlSocket{loop, machine, std::move(listener).value(), std::move(warn)}};
  if (const auto watched = socket->watch_listener(); !watched) {
    return because(describe(watched.error()));
  }
  return socket;
}

ControlSocket::ControlSocket(EventLoop& loop, MachineControl& machine, UnixListener listener,
                             Warn warn)
    : loop_(loop),
      machine_(machine),
      listener_(std::move(listener)),
      warn_(std::move(warn)),
      gate_refused_(kGateRefusedPeriod) {}

ControlSocket::~ControlSocket() {
  loop_.cancel(throttle_timer_);
  loop_.cancel(accept_timer_);
  loop_.remove(listener_.fd());
  if (client_) loop_.remove(client_->fd());
}

Result<Done, SysError> ControlSocket::watch_listener() {
  return loop_.add(listener_.fd(), EPOLLIN, [this](std::uint32_t) { accept(); });
}

void ControlSocket::accept() {
  UniqueFd fd{::accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
  if (!fd) {
    if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED) return;
    // Out of descriptors, most likely. The client stays in the backlog, and the listener ready:
    // watched on, it would keep the loop spinning.
    warn_(fmt::format("control socket: cannot accept a client, trying again in 1 s: {}",
                      describe(SysError{"accept4", errno})));
    loop_.remove(listener_.fd());
    accept_timer_ = loop_.after(kAcceptRetry, [this] { next_client(); });
    return;
  }
  loop_.remove(listener_.fd());  // the next one waits
  client_ = std::make_unique<ControlClient>(std::move(fd), machine_, warn_);
  const auto watched = loop_.add(client_->fd(), client_->interest(), [this](std::uint32_t events) {
    if (client_->handle(events) == ControlClient::State::kGone) return next_client();
    (void)loop_.modify(client_->fd(), client_->interest());
  });
  if (!watched) {
    warn_(fmt::format("control socket: cannot serve a client: {}", describe(watched.error())));
    next_client();
  }
}

void ControlSocket::next_client() {
  if (client_) loop_.remove(client_->fd());
  client_.reset();
  if (const auto watched = watch_listener(); !watched) {
    warn_(fmt::format("control socket: takes no further client: {}", describe(watched.error())));
  }
}

void ControlSocket::emit(const QmpEvent& event) {
  if (!client_) return;
  if (const auto* refused = std::get_if<event::GateRefused>(&event)) {
    const auto due = gate_refused_.offer(*refused, now());
    if (due) return send(*due);
    if (const auto at = gate_refused_.due_at(); at && !throttle_armed_) {
      throttle_armed_ = true;
      throttle_timer_ = loop_.after(*at - now(), [this] { throttle_due(); });
    }
    return;
  }
  send(event);
}

void ControlSocket::throttle_due() {
  throttle_armed_ = false;
  if (const auto due = gate_refused_.due(now())) send(*due);
}

void ControlSocket::send(const QmpEvent& event) {
  if (!client_) return;
  if (client_->tell(event) == ControlClient::State::kGone) return next_client();
  (void)loop_.modify(client_->fd(), client_->interest());
}

}  // namespace unpark
