// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "devices/result.h"
#include "vmm/control_client.h"
#include "vmm/event_loop.h"
#include "vmm/event_throttle.h"
#include "vmm/machine_control.h"
#include "vmm/qmp_events.h"
#include "vmm/sys_error.h"
#include "vmm/unix_listener.h"

namespace unpark {

// The QMP server of a machine: a unix socket on the event loop. One client at a time; a second one
// waits in the socket's backlog until the first has gone. Everything is for the loop's thread: what
// a vCPU thread has to tell is posted to the loop.
class ControlSocket {
 public:
  using Warn = std::function<void(std::string sentence)>;

  // Listens on `path`. `loop` and `machine` outlive it.
  static Result<std::unique_ptr<ControlSocket>, Error> open(EventLoop& loop,
                                                            MachineControl& machine,
                                                            std::string path, Warn warn);
  ~ControlSocket();  // the path is gone afterwards, unless somebody else's is there by now
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

  // To the connected client, if it has negotiated. May be called while a command is carried out;
  // the event then comes before its reply.
  void emit(const QmpEvent& event);

 private:
  ControlSocket(EventLoop& loop, MachineControl& machine, UnixListener listener, Warn warn);

  Result<Done, SysError> watch_listener();
  void accept();
  void next_client();  // there is none any more: the next may come
  void send(const QmpEvent& event);
  void throttle_due();

  EventLoop& loop_;
  MachineControl& machine_;
  UnixListener listener_;
  Warn warn_;
  std::unique_ptr<ControlClient> client_;
  EventThrottle<event::GateRefused> gate_refused_;
  bool throttle_armed_ = false;
  EventLoop::TimerId throttle_timer_ = 0, accept_timer_ = 0;
};

}  // namespace unpark
