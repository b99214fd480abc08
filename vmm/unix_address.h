// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/socket.h>
#include <sys/un.h>

#include <string>

#include "devices/result.h"
#include "vmm/sys_error.h"

namespace unpark {

// The name of a unix socket in the file system, as the socket calls want it.
class UnixAddress {
 public:
  // man 7 unix: 108 bytes, the terminating 0 included.
  static constexpr std::size_t kMaxPath = sizeof(sockaddr_un::sun_path) - 1;

  static Result<UnixAddress, Error> of(const std::string& path);

  [[nodiscard]] const sockaddr* get() const;
  [[nodiscard]] socklen_t size() const { return sizeof address_; }

 private:
  UnixAddress() = default;
  sockaddr_un address_{};
};

}  // namespace unpark
