// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "devices/result.h"
#include "vmm/fd.h"
#include "vmm/sys_error.h"

namespace unpark::measure {

// Ctrl-C (SIGINT) and SIGTERM as something to look at, from now to the end of the process.
class Interrupt {
 public:
  static Result<Interrupt, Error> create();
  // Readable once a signal has come.
  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] bool pending() const;

 private:
  explicit Interrupt(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

}  // namespace unpark::measure
