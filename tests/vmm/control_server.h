// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/fakes/fake_machine_control.h"
#include "tests/vmm/temp_dir.h"
#include "vmm/control_socket.h"
#include "vmm/event_loop.h"

namespace unpark {

// A control socket whose loop runs on a thread of its own, as in the program.
class ControlServer {
 public:
  explicit ControlServer(std::string socket_path) : path(std::move(socket_path)) {
    auto created = EventLoop::create();
    if (!created) return;
    loop_ = std::move(created).value();
    auto opened = ControlSocket::open(*loop_, machine_, path, [this](std::string sentence) {
      warnings_.push_back(std::move(sentence));
    });
    if (opened) {
      socket_ = std::move(opened).value();
    } else {
      ADD_FAILURE() << opened.error().message;
    }
    machine_.on_quit = [this] { loop_->stop(); };
    thread_ = std::thread([this] { (void)loop_->run(); });
  }
  ~ControlServer() { end(); }
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

  // The machine ends: the loop, then the socket.
  void end() {
    if (!thread_.joinable()) return;
    loop_->stop();
    thread_.join();
    socket_.reset();
  }

  // On the loop's thread, where the machine and the socket may be touched.
  void on_loop(std::function<void(FakeMachineControl&, ControlSocket&)> f) {
    std::promise<void> done;
    loop_->post([&] {
      f(machine_, *socket_);
      done.set_value();
    });
    done.get_future().wait();
  }
  // The same, without waiting for it; from any thread.
  void on_loop_after(Nanoseconds delay,
                     std::function<void(FakeMachineControl&, ControlSocket&)> f) {
    loop_->post([this, delay, f = std::move(f)] {
      loop_->after(delay, [this, f] { f(machine_, *socket_); });
    });
  }
  std::vector<std::string> warnings() {
    std::vector<std::string> copy;
    on_loop([&](auto&, auto&) { copy = warnings_; });
    return copy;
  }

  const std::string path;

 private:
  std::unique_ptr<EventLoop> loop_;
  FakeMachineControl machine_;
  std::vector<std::string> warnings_;
  std::unique_ptr<ControlSocket> socket_;
  std::thread thread_;
};

}  // namespace unpark
