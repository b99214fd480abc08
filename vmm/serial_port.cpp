// SPDX-License-Identifier: Apache-2.0
#include "vmm/serial_port.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "vmm/machine.h"

namespace unpark {

namespace {

// Bytes without a line end. Also the most that is written at once: a pipe that is writable at all
// takes PIPE_BUF bytes without waiting.
constexpr std::size_t kWriteAt = 4096;
constexpr std::size_t kMostWaiting = std::size_t{1} << 20;
constexpr std::size_t kInputRoom = 4096;

}  // namespace

Result<std::unique_ptr<SerialPort>, Error> SerialPort::open(const cli::SerialOption& option,
                                                            EventLoop& loop) {
  std::unique_ptr<SerialPort> port{new SerialPort(loop, option.kind)};
  if (option.kind == cli::SerialOption::Kind::kFile) {
    port->file_ =
        UniqueFd{::open(option.path.c_str(), O_WRONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0644)};
    if (!port->file_)
      return Unexpected{
          Error{fmt::format("serial file {}: {}", option.path, describe(SysError{"open", errno}))}};
    port->out_ = port->file_.get();
  }
  if (option.kind == cli::SerialOption::Kind::kStdio) port->out_ = STDOUT_FILENO;
  return port;
}

SerialPort::~SerialPort() {
  flush();
  if (watching_) loop_.remove(STDIN_FILENO);
  if (watching_output_) loop_.remove(out_);
  if (saved_terminal_) ::tcsetattr(STDIN_FILENO, TCSANOW, saved_terminal_.get());
}

void SerialPort::write(std::uint8_t byte) {
  if (out_ < 0) return;
  bool now = false, later = false;
  {
    Lock lock(m_);
    if (buffer_.size() >= kMostWaiting) return;
    buffer_.push_back(static_cast<char>(byte));
    now = !blocked_ && (byte == '\n' || buffer_.size() >= kWriteAt);
    later = !blocked_ && !now && !flush_posted_;
    if (later) flush_posted_ = true;
  }
  if (now) flush();
  if (later)
    loop_.post([this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) flush();
    });
}

void SerialPort::flush() {
  Lock lock(m_);  // held over write(2): lines of two CPUs keep their order
  flush_posted_ = false;
  std::size_t done = 0;
  while (done < buffer_.size() && !failed_) {
    pollfd room{.fd = out_, .events = POLLOUT, .revents = 0};
    if (::poll(&room, 1, 0) == 0) break;
    const ssize_t n =
        ::write(out_, buffer_.data() + done, std::min(buffer_.size() - done, kWriteAt));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      failed_ = true;
      spdlog::warn("serial output: {}; further output is dropped",
                   describe(SysError{"write", errno}));
      break;
    }
    done += static_cast<std::size_t>(n);
  }
  buffer_.erase(0, failed_ ? buffer_.size() : done);
  if (const bool was = std::exchange(blocked_, !buffer_.empty()); blocked_ && !was)
    loop_.post([this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) watch_output();
    });
}

void SerialPort::watch_output() {
  if (watching_output_) return;
  const auto added = loop_.add(out_, EPOLLOUT, [this](std::uint32_t) {
    loop_.remove(out_);
    watching_output_ = false;
    {
      Lock lock(m_);
      blocked_ = false;
    }
    flush();
  });
  watching_output_ = added.has_value();
  if (!added) spdlog::warn("serial output: {}", describe(added.error()));
}

Result<Done, SysError> SerialPort::connect(Machine& machine) {
  // Only now that there is a machine is what the file held given up.
  if (file_ && ::ftruncate(file_.get(), 0) != 0 && errno != EINVAL)
    return Unexpected{SysError{"ftruncate", errno}};
  if (kind_ != cli::SerialOption::Kind::kStdio) return Done{};
  machine_ = &machine;
  const auto added = loop_.add(STDIN_FILENO, EPOLLIN, [this](std::uint32_t) { read_input(); });
  // A regular file or /dev/null cannot be watched: then there is no input, as at end of file.
  if (!added && added.error().code != EPERM) return Unexpected{added.error()};
  watching_ = added.has_value();
  if (watching_) make_terminal_raw();
  return Done{};
}

// Byte by byte and without echo: the guest does both. ISIG stays, so that Ctrl-C ends the machine.
void SerialPort::make_terminal_raw() {
  if (::isatty(STDIN_FILENO) == 0) return;
  termios t{};
  if (::tcgetattr(STDIN_FILENO, &t) != 0) return;
  saved_terminal_ = std::make_unique<termios>(t);
  t.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  t.c_iflag &= ~static_cast<tcflag_t>(ICRNL | IXON);
  ::tcsetattr(STDIN_FILENO, TCSANOW, &t);
}

void SerialPort::read_input() {
  std::array<std::uint8_t, kInputRoom> bytes{};
  const ssize_t n = ::read(STDIN_FILENO, bytes.data(), bytes.size());
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (n <= 0) {  // end of input, or an error that will not go away
    loop_.remove(STDIN_FILENO);
    watching_ = false;
    return;
  }
  typed_.insert(typed_.end(), bytes.begin(), bytes.begin() + n);
  offer_input();
}

void SerialPort::offer_input() {
  const std::size_t taken = machine_->receive_serial(typed_);
  typed_.erase(typed_.begin(), typed_.begin() + static_cast<std::ptrdiff_t>(taken));
  // Not read further while the guest does not read: what is typed waits in the terminal.
  if (watching_) (void)loop_.modify(STDIN_FILENO, typed_.empty() ? std::uint32_t{EPOLLIN} : 0u);
}

void SerialPort::room() {
  loop_.post([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired() && machine_) offer_input();
  });
}

}  // namespace unpark
