// SPDX-License-Identifier: Apache-2.0
#include "measure/interrupt.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>

#include <cerrno>

namespace unpark::measure {

Result<Interrupt, Error> Interrupt::create() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  if (::sigprocmask(SIG_BLOCK, &set, nullptr) != 0)
    return Unexpected{Error{describe(SysError{"sigprocmask", errno})}};
  UniqueFd fd{::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)};
  if (!fd) return Unexpected{Error{describe(SysError{"signalfd", errno})}};
  return Interrupt{std::move(fd)};
}

bool Interrupt::pending() const {
  pollfd p{fd_.get(), POLLIN, 0};
  return ::poll(&p, 1, 0) > 0;
}

}  // namespace unpark::measure
