// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <termios.h>
#include <memory>
#include <string>
#include <vector>

#include "devices/sync.h"
#include "vmm/cli_values.h"
#include "vmm/event_loop.h"
#include "vmm/fd.h"

namespace unpark {

class Machine;

// The host's end of COM1: standard input and output, a file, or nothing. Bytes are written in
// lines; what has no line end yet follows as soon as the loop gets to it. A reader that does not
// read holds up neither vCPU nor loop: what it leaves waits here up to kMostWaiting bytes, the rest
// is lost.
class SerialPort {
 public:
  static Result<std::unique_ptr<SerialPort>, Error> open(const cli::SerialOption& option,
                                                         EventLoop& loop);
  ~SerialPort();  // writes what is left; gives the terminal back as it was
  SerialPort(const SerialPort&) = delete;
  SerialPort& operator=(const SerialPort&) = delete;

  void write(std::uint8_t byte);  // any thread
  // Standard input, if that is the option, goes to `machine` from now on.
  Result<Done, SysError> connect(Machine& machine);
  void room();  // the UART takes bytes again; any thread

 private:
  SerialPort(EventLoop& loop, cli::SerialOption::Kind kind) : loop_(loop), kind_(kind) {}
  // Writes what can be written without waiting; watches the descriptor if that is not all.
  void flush();
  void watch_output();
  void make_terminal_raw();
  void read_input();
  void offer_input();

  EventLoop& loop_;
  const cli::SerialOption::Kind kind_;
  UniqueFd file_;
  int out_ = -1;
  Mutex m_;
  std::string buffer_ TSA(guarded_by(m_));
  bool flush_posted_ TSA(guarded_by(m_)) = false;
  bool blocked_ TSA(guarded_by(m_)) = false;  // until the loop sees room
  bool failed_ TSA(guarded_by(m_)) = false;
  // Of the loop's thread.
  Machine* machine_ = nullptr;
  std::vector<std::uint8_t> typed_;
  bool watching_ = false, watching_output_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
  std::unique_ptr<termios> saved_terminal_;
};

}  // namespace unpark
