// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

#include "vmm/fd.h"

namespace unpark {

// A client that knows nothing of QMP: bytes there, lines back.
class RawClient {
 public:
  explicit RawClient(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    if (::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      error_ = errno;
    }
  }

  [[nodiscard]] int error() const { return error_; }
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  void end_input() { ::shutdown(fd_.get(), SHUT_WR); }
  void close() { fd_ = UniqueFd{}; }

  // The next line with its end, "<EOF>", or "<nothing>" if none comes in `ms`.
  std::string line(int ms = 10000) {
    while (true) {
      if (const auto end = received_.find('\n'); end != std::string::npos) {
        std::string out = received_.substr(0, end + 1);
        received_.erase(0, end + 1);
        return out;
      }
      pollfd p{.fd = fd_.get(), .events = POLLIN, .revents = 0};
      if (::poll(&p, 1, ms) <= 0) return "<nothing>";
      std::array<char, 65536> bytes;
      const ssize_t n = ::recv(fd_.get(), bytes.data(), bytes.size(), 0);
      if (n < 0) return "<" + std::string{std::strerror(errno)} + ">";
      if (n == 0) return "<EOF>";
      received_.append(bytes.data(), static_cast<std::size_t>(n));
    }
  }
  void negotiate() {
    line();  // the greeting
    send("{\"execute\":\"qmp_capabilities\"}\n");
    EXPECT_EQ(line(), "{\"return\": {}}\r\n");
  }

 private:
  UniqueFd fd_;
  int error_ = 0;
  std::string received_;
};

}  // namespace unpark
