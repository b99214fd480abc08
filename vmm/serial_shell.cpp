// SPDX-License-Identifier: Apache-2.0
#include "vmm/serial_shell.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace unpark {

void SerialShell::receive(std::uint8_t byte) {
  {
    Lock lock(m_);
    if (heard_.size() == kMostKept) heard_.erase(0, kMostKept / 2);
    if (byte != '\r') heard_ += static_cast<char>(byte);
  }
  said_.notify_all();
}

void SerialShell::give_up() {
  {
    Lock lock(m_);
    given_up_ = true;
  }
  said_.notify_all();
}

bool SerialShell::wait_until_said(std::string_view text, Nanoseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  Lock lock(m_);
  while (heard_.find(text) == std::string::npos) {
    if (given_up_) return false;
    if (said_.wait_until(m_, end) == std::cv_status::timeout)
      return heard_.find(text) != std::string::npos;
  }
  return true;
}

Result<Done, Error> SerialShell::wait_for(std::string_view text, Nanoseconds limit) {
  if (wait_until_said(text, limit)) return Done{};
  Lock lock(m_);
  return Unexpected{
      Error{fmt::format("the guest did not say '{}' on COM1 {}; its last line: '{}'", text,
                        given_up_ ? "before the machine ended"
                                  : fmt::format("within {} s", limit.count() / 1'000'000'000),
                        last_line())}};
}

Result<std::string, Error> SerialShell::run(const std::string& command, Nanoseconds limit) {
  const unsigned number = ++commands_;
  const std::string begin = fmt::format("BEGIN-{}:\n", number),
                    end = fmt::format("END-{}:\n", number);
  // The console may echo what is typed: the marks are whole only in what is printed.
  typist_(fmt::format("echo BEG''IN-{0}:; {1}\necho EN''D-{0}:\n", number, command));
  if (!wait_until_said(end, limit)) {
    Lock lock(m_);
    return Unexpected{Error{fmt::format(
        "the guest's shell did not finish '{}'; its last line: '{}'", command, last_line())}};
  }
  Lock lock(m_);
  // What came before the first mark may have been dropped, with the mark.
  const std::size_t to = heard_.find(end), mark = heard_.rfind(begin, to);
  const std::size_t from = mark == std::string::npos ? 0 : mark + begin.size();
  std::string out = heard_.substr(from, to - from);
  while (out.ends_with('\n')) out.pop_back();
  return out;
}

std::string SerialShell::last_line() const {
  std::string_view all = heard_;
  while (!all.empty() && all.back() == '\n') all.remove_suffix(1);
  const std::size_t newline = all.rfind('\n');
  std::string line{newline == all.npos ? all : all.substr(newline + 1)};
  if (line.size() > 120) line.erase(0, line.size() - 120);
  // It goes to a terminal: no escape sequences of the guest's.
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c < ' ' || c > '~'; }, '.');
  return line;
}

}  // namespace unpark
