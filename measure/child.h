// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices/clock.h"
#include "devices/result.h"
#include "measure/interrupt.h"
#include "vmm/fd.h"
#include "vmm/sys_error.h"

namespace unpark::measure {

// CLOCK_MONOTONIC.
Nanoseconds monotonic_now();
inline double microseconds(Nanoseconds t) {
  return std::chrono::duration<double, std::micro>(t).count();
}

// A line of a child's output without its end, and when that end was read.
struct OutputLine {
  std::string text;
  Nanoseconds arrived{};
};

// A program that this one has started: its output line by line, and its end. It gets no signal of
// this one's terminal, ends with this process, and is killed when the object goes.
class Child {
 public:
  enum class Input : std::uint8_t { kNone, kTyped };
  // `argv[0]` is a path. Its input is /dev/null, or what is typed.
  static Result<Child, Error> start(const std::vector<std::string>& argv,
                                    Input input = Input::kNone);
  Child(Child&& o) noexcept;
  Child& operator=(Child&&) = delete;
  ~Child();

  [[nodiscard]] pid_t pid() const { return pid_; }
  // Right before it was made.
  [[nodiscard]] Nanoseconds started() const { return started_; }

  enum class Silence : std::uint8_t { kEnded, kTimeout, kInterrupted };
  // The next line of its standard output; why there is none, if none comes within `timeout`. A line
  // is cut at kLongestLine bytes.
  Result<OutputLine, Silence> next_line(Nanoseconds timeout, const Interrupt& interrupt);
  // When the first byte of output was read; nothing before.
  [[nodiscard]] std::optional<Nanoseconds> first_byte() const { return first_byte_; }
  // The line that next_line() gave last, cut for an error message; empty before.
  [[nodiscard]] const std::string& last_line() const { return last_line_; }
  // Gives it a line of input, without its end here. Error: it does not read, or has ended.
  Result<Done, Error> type(std::string_view line);
  // The last line that it wrote to standard error, or how it ended; for an error message.
  [[nodiscard]] std::string last_words();
  // Kills and reaps it.
  void stop();

  static constexpr std::size_t kLongestLine = 4096;

 private:
  Child(pid_t pid, UniqueFd keyboard, UniqueFd out, UniqueFd err, Nanoseconds started)
      : pid_(pid),
        keyboard_(std::move(keyboard)),
        out_(std::move(out)),
        err_(std::move(err)),
        started_(started) {}
  bool read_more();

  pid_t pid_ = -1;
  UniqueFd keyboard_, out_, err_;
  Nanoseconds started_{};
  std::optional<Nanoseconds> first_byte_;
  std::string partial_, last_line_;
  std::deque<OutputLine> lines_;
  int status_ = 0;
};

}  // namespace unpark::measure
