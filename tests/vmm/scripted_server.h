// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "vmm/fd.h"

namespace unpark {

// A server with nothing but a script: says the first entry when somebody connects, the next one
// after each line that comes, and hangs up at the end of the script.
class ScriptedServer {
 public:
  ScriptedServer(const std::string& path, std::vector<std::string> script)
      : listener_(::socket(AF_UNIX, SOCK_STREAM, 0)), script_(std::move(script)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_.get(), 1) != 0) {
      return;
    }
    thread_ = std::thread([this] { serve(); });
  }
  ~ScriptedServer() {
    if (thread_.joinable()) thread_.join();
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  // After the client has gone.
  const std::string& heard() {
    if (thread_.joinable()) thread_.join();
    return heard_;
  }

 private:
  void serve() {
    const UniqueFd client{::accept(listener_.get(), nullptr, nullptr)};
    for (std::size_t i = 0; i < script_.size(); ++i) {
      if (i > 0 && !line(client)) return;
      (void)::send(client.get(), script_[i].data(), script_[i].size(), MSG_NOSIGNAL);
    }
  }
  bool line(const UniqueFd& client) {
    char c = 0;
    while (::recv(client.get(), &c, 1, 0) == 1) {
      heard_ += c;
      if (c == '\n') return true;
    }
    return false;
  }

  UniqueFd listener_;
  std::vector<std::string> script_;
  std::string heard_;
  std::thread thread_;
};

}  // namespace unpark
