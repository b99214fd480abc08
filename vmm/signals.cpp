// SPDX-License-Identifier: Apache-2.0
#include "vmm/signals.h"

#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>

#include <cerrno>

namespace unpark {

Result<std::unique_ptr<Signals>, SysError> Signals::create(EventLoop& loop,
                                                           std::function<void(int)> handler) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  if (const int code = ::pthread_sigmask(SIG_BLOCK, &set, nullptr); code != 0)
    return Unexpected{SysError{"pthread_sigmask", code}};
  // A reader that goes away (a closed pipe) is an error of write(), not the end.
  ::signal(SIGPIPE, SIG_IGN);
  // A limit on file sizes is an error of the write, not the end of the machine.
  ::signal(SIGXFSZ, SIG_IGN);
  UniqueFd fd{::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)};
  if (!fd) return Unexpected{SysError{"signalfd", errno}};
  const int raw = fd.get();
  std::unique_ptr<Signals> signals{new Signals(loop, std::move(fd))};
  TRY(loop.add(raw, EPOLLIN, [raw, handler = std::move(handler)](std::uint32_t) {
    signalfd_siginfo info{};
    while (::read(raw, &info, sizeof info) == static_cast<ssize_t>(sizeof info))
      handler(static_cast<int>(info.ssi_signo));
  }));
  return signals;
}

Signals::~Signals() {
  loop_.remove(fd_.get());
}

}  // namespace unpark
