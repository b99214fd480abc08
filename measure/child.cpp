// SPDX-License-Identifier: Apache-2.0
#include "measure/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace unpark::measure {

namespace {

constexpr int kNotFound = 127;  // as a shell says it
constexpr std::size_t kMostQuoted = 200;

// After fork(): only what is safe there.
[[noreturn]] void become(char* const* argv, int in, int out, int err, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(kNotFound);
  ::setpgid(0, 0);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (::dup2(in, STDIN_FILENO) >= 0 && ::dup2(out, STDOUT_FILENO) >= 0 &&
      ::dup2(err, STDERR_FILENO) >= 0)
    ::execv(argv[0], argv);
  ::_exit(kNotFound);
}

}  // namespace

Nanoseconds monotonic_now() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return std::chrono::seconds{t.tv_sec} + Nanoseconds{t.tv_nsec};
}

Result<Child, Error> Child::start(const std::vector<std::string>& argv, Input input) {
  const auto failed = [&](std::string_view call) {
    return Unexpected{
        Error{fmt::format("cannot start {}: {}", argv[0], describe(SysError{call, errno}))}};
  };
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return failed("pipe2");
  UniqueFd read_end{ends[0]}, write_end{ends[1]};
  // A reader that is late must not slow the machine down.
  (void)::fcntl(write_end.get(), F_SETPIPE_SZ, 1 << 20);
  (void)::fcntl(read_end.get(), F_SETFL, O_NONBLOCK);
  UniqueFd keyboard, in;
  if (input == Input::kTyped) {
    // No pipe: writing to one that nobody reads is a signal.
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
      return failed("socketpair");
    keyboard = UniqueFd{ends[0]};
    in = UniqueFd{ends[1]};
  } else {
    in = UniqueFd{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
    if (!in) return failed("open of /dev/null");
  }
  UniqueFd err{::memfd_create("bench-stderr", MFD_CLOEXEC)};
  if (!err) return failed("memfd_create");
  std::vector<char*> words;
  words.reserve(argv.size() + 1);
  for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const pid_t parent = ::getpid();
  const Nanoseconds now = monotonic_now();
  const pid_t pid = ::fork();
  if (pid < 0) return failed("fork");
  if (pid == 0) become(words.data(), in.get(), write_end.get(), err.get(), parent);
  return Child{pid, std::move(keyboard), std::move(read_end), std::move(err), now};
}

Child::Child(Child&& o) noexcept
    : pid_(std::exchange(o.pid_, -1)),
      keyboard_(std::move(o.keyboard_)),
      out_(std::move(o.out_)),
      err_(std::move(o.err_)),
      started_(o.started_),
      first_byte_(o.first_byte_),
      partial_(std::move(o.partial_)),
      last_line_(std::move(o.last_line_)),
      lines_(std::move(o.lines_)),
      status_(o.status_) {}

Child::~Child() {
  stop();
}

void Child::stop() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

// False: end of output.
bool Child::read_more() {
  std::array<char, 65536> bytes{};
  const ssize_t n = ::read(out_.get(), bytes.data(), bytes.size());
  if (n < 0) return errno == EAGAIN || errno == EINTR;
  if (n == 0) return false;
  const Nanoseconds now = monotonic_now();
  if (!first_byte_) first_byte_ = now;
  for (const char c : std::string_view{bytes.data(), static_cast<std::size_t>(n)}) {
    if (c == '\n')
      lines_.push_back({std::exchange(partial_, {}), now});
    else if (partial_.size() < kLongestLine)
      partial_.push_back(c);
  }
  return true;
}

Result<OutputLine, Child::Silence> Child::next_line(Nanoseconds timeout,
                                                    const Interrupt& interrupt) {
  const Nanoseconds deadline = monotonic_now() + timeout;
  while (lines_.empty()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - monotonic_now());
    if (left.count() <= 0) return Unexpected{Silence::kTimeout};
    std::array<pollfd, 2> fds{{{out_.get(), POLLIN, 0}, {interrupt.fd(), POLLIN, 0}}};
    if (::poll(fds.data(), fds.size(), static_cast<int>(left.count())) < 0 && errno != EINTR)
      return Unexpected{Silence::kEnded};
    if (fds[1].revents != 0) return Unexpected{Silence::kInterrupted};
    if (fds[0].revents != 0 && !read_more()) return Unexpected{Silence::kEnded};
  }
  OutputLine line = std::move(lines_.front());
  lines_.pop_front();
  last_line_ = line.text.substr(0, kMostQuoted);
  while (last_line_.ends_with('\r')) last_line_.pop_back();
  return line;
}

Result<Done, Error> Child::type(std::string_view line) {
  const std::string bytes = fmt::format("{}\n", line);
  const ssize_t n =
      ::send(keyboard_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n == static_cast<ssize_t>(bytes.size())) return Done{};
  return Unexpected{
      Error{n < 0 ? fmt::format("cannot type '{}': {}", line, describe(SysError{"send", errno}))
                  : fmt::format("typed only {} of the {} bytes of '{}'", n, bytes.size(), line)}};
}

std::string Child::last_words() {
  std::array<char, 4096> tail{};
  const off_t size = ::lseek(err_.get(), 0, SEEK_END);
  const off_t from =
      size > static_cast<off_t>(tail.size()) ? size - static_cast<off_t>(tail.size()) : 0;
  const ssize_t n = ::pread(err_.get(), tail.data(), tail.size(), from);
  std::string_view text{tail.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  if (const std::size_t at = text.rfind('\n'); at != text.npos) text.remove_prefix(at + 1);
  return text.empty() ? "it said nothing on standard error" : std::string(text);
}

}  // namespace unpark::measure
