// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "devices/clock.h"
#include "devices/result.h"
#include "vmm/fd.h"
#include "vmm/sys_error.h"

namespace unpark {

// The other end of the control socket: connects, negotiates, asks. Blocks, within limits. Every
// error is about the connection; a command that the server refuses is an answer.
class QmpClient {
 public:
  struct Options {
    Nanoseconds turn_timeout = std::chrono::seconds{30};    // until another client has gone
    Nanoseconds answer_timeout = std::chrono::seconds{10};  // of one request
    std::function<void(std::string_view)> progress = [](std::string_view) {};
  };

  static Result<QmpClient, Error> connect(const std::string& path, Options options);

  // Sends one request and gives the line of its answer: {"return": ...} or {"error": ...}. Events
  // that come before it are kept for next_event().
  Result<std::string, Error> request(std::string_view json);
  // The line of an event that is kept, or that comes within `timeout`; nothing if none comes.
  Result<std::optional<std::string>, Error> next_event(Nanoseconds timeout);

 private:
  QmpClient(std::string path, UniqueFd fd, Options options)
      : path_(std::move(path)), fd_(std::move(fd)), options_(std::move(options)) {}

  Result<Done, Error> negotiate();
  Result<Done, Error> send_all(std::string_view bytes);
  Result<std::optional<std::string>, Error> next_line(Nanoseconds timeout);
  [[nodiscard]] Unexpected<Error> fail(std::string_view reason) const;

  std::string path_;
  UniqueFd fd_;
  Options options_;
  std::string received_;
  std::deque<std::string> events_;
};

}  // namespace unpark
