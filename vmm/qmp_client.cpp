// SPDX-License-Identifier: Apache-2.0
#include "vmm/qmp_client.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <utility>

#include "vmm/json_text.h"
#include "vmm/unix_address.h"

namespace unpark {
namespace {

constexpr std::size_t kMaxLine = std::size_t{64} << 20;
constexpr std::size_t kMaxKeptEvents = 1000;  // the oldest go first
constexpr Nanoseconds kTellThatWeWait = std::chrono::seconds{1};

Nanoseconds now() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

// Readable before `deadline`; 0 if not, and -1 with errno.
int wait_for(int fd, short events, Nanoseconds deadline) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now()).count();
    pollfd p{.fd = fd, .events = events, .revents = 0};
    const int n = ::poll(&p, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 1 << 30)));
    if (n >= 0 || errno != EINTR) return n;
  }
}

std::string why_not_connected(const std::string& path, int error) {
  struct stat s {};
  if (::stat(path.c_str(), &s) == 0 && !S_ISSOCK(s.st_mode)) return "this file is no socket";
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return "there is no such socket; is the machine running, with --control unix: and this path?";
    case ECONNREFUSED:
      return "nobody serves this socket any more; the machine has ended";
    case EACCES:
    case EPERM:
      return "no permission; it is open to the user who started the machine";
    case EAGAIN:
      return "too many clients are waiting for this socket";
    default:
      return describe(SysError{"connect", error});
  }
}

}  // namespace

Result<QmpClient, Error> QmpClient::connect(const std::string& path, Options options) {
  const auto because = [&path](std::string_view reason) {
    return Unexpected{Error{fmt::format("cannot connect to '{}': {}", path, reason)}};
  };
  const auto address = UnixAddress::of(path);
  if (!address) return because(address.error().message);
  UniqueFd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!fd) return because(describe(SysError{"socket", errno}));
  if (::connect(fd.get(), address->get(), address->size()) != 0) {
    return because(why_not_connected(path, errno));
  }
  QmpClient client{path, std::move(fd), std::move(options)};
  (void)TRY(client.negotiate());
  return client;
}

Unexpected<Error> QmpClient::fail(std::string_view reason) const {
  return Unexpected{Error{fmt::format("'{}': {}", path_, reason)}};
}

Result<Done, Error> QmpClient::negotiate() {
  const Nanoseconds first = std::min(kTellThatWeWait, options_.turn_timeout);
  auto line = TRY(next_line(first));
  if (!line) {
    options_.progress("another client is connected; waiting for it to leave");
    line = TRY(next_line(options_.turn_timeout - first));
  }
  if (!line) return fail("another client is connected and does not leave");
  const auto greeting = parse_json(*line);
  if (!greeting || !greeting->is_object() || !greeting->contains("QMP")) {
    return fail("the server does not speak QMP");
  }
  const std::string answer = TRY(request(R"({"execute": "qmp_capabilities"})"));
  const auto parsed = parse_json(answer);
  if (!parsed || !parsed->contains("return")) {
    return fail(fmt::format("the server refused to negotiate: {}", answer));
  }
  return Done{};
}

Result<std::string, Error> QmpClient::request(std::string_view json) {
  (void)TRY(send_all(std::string{json} + "\n"));
  const Nanoseconds deadline = now() + options_.answer_timeout;
  while (true) {
    auto line = TRY(next_line(deadline - now()));
    if (!line) return fail("the server does not answer");
    const auto parsed = parse_json(*line);
    if (!parsed || !parsed->is_object()) return fail("the server does not speak QMP");
    if (!parsed->contains("event")) return std::move(*line);
    if (events_.size() == kMaxKeptEvents) events_.pop_front();
    events_.push_back(std::move(*line));
  }
}

Result<std::optional<std::string>, Error> QmpClient::next_event(Nanoseconds timeout) {
  if (events_.empty()) return next_line(timeout);  // nothing was asked: it can be no answer
  std::optional<std::string> line = std::move(events_.front());
  events_.pop_front();
  return line;
}

Result<Done, Error> QmpClient::send_all(std::string_view bytes) {
  const Nanoseconds deadline = now() + options_.answer_timeout;
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN) {
      if (wait_for(fd_.get(), POLLOUT, deadline) <= 0) return fail("the server does not read");
    } else if (errno != EINTR) {
      return fail("the server went away");
    }
  }
  return Done{};
}

Result<std::optional<std::string>, Error> QmpClient::next_line(Nanoseconds timeout) {
  const Nanoseconds deadline = now() + timeout;
  std::size_t searched = 0;
  while (true) {
    const std::size_t end = received_.find('\n', searched);
    if (end != std::string::npos) {
      std::string line = received_.substr(0, end);
      if (line.ends_with('\r')) line.pop_back();
      received_.erase(0, end + 1);
      return std::optional{std::move(line)};
    }
    searched = received_.size();
    if (searched > kMaxLine) return fail("the server sends a line without end");
    const int ready = wait_for(fd_.get(), POLLIN, deadline);
    if (ready == 0) return std::optional<std::string>{};
    std::array<char, 65536> bytes;
    const ssize_t n = ready < 0 ? -1 : ::recv(fd_.get(), bytes.data(), bytes.size(), 0);
    if (n > 0) {
      received_.append(bytes.data(), static_cast<std::size_t>(n));
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
      return fail("the server went away");
    }
  }
}

}  // namespace unpark
