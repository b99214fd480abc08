// SPDX-License-Identifier: Apache-2.0
#include "vmm/unix_address.h"

#include <fmt/format.h>

#include <cstring>

namespace unpark {

Result<UnixAddress, Error> UnixAddress::of(const std::string& path) {
  if (path.empty()) return Unexpected{Error{"the path is empty"}};
  if (path.find('\0') != std::string::npos) return Unexpected{Error{"the path has a 0 byte"}};
  if (path.size() > kMaxPath) {
    return Unexpected{Error{fmt::format(
        "the path has {} bytes, and that of a unix socket may have {}; name a shorter one",
        path.size(), kMaxPath)}};
  }
  UnixAddress out;
  out.address_.sun_family = AF_UNIX;
  std::memcpy(out.address_.sun_path, path.data(), path.size());
  return out;
}

const sockaddr* UnixAddress::get() const {
  // The socket calls take every kind of address through this type (POSIX.1, <sys/socket.h>).
  return reinterpret_cast<const sockaddr*>(&address_);
}

}  // namespace unpark
