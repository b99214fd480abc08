// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/types.h>

#include <string>
#include <utility>

#include "devices/result.h"
#include "vmm/fd.h"
#include "vmm/sys_error.h"

namespace unpark {

// A listening unix socket and its name in the file system: mode 0600 from its first moment, removed
// at the end. A name that a dead process has left is taken over; one that is served is refused.
class UnixListener {
 public:
  // The error is a sentence without its beginning: "the folder '/x' does not exist; ...".
  static Result<UnixListener, Error> listen_on(std::string path);
  UnixListener(UnixListener&& o) noexcept
      : path_(std::exchange(o.path_, {})), identity_(o.identity_), fd_(std::move(o.fd_)) {}
  UnixListener& operator=(UnixListener&&) = delete;
  ~UnixListener();

  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  struct Identity {
    dev_t device = 0;
    ino_t inode = 0;
    friend bool operator==(const Identity&, const Identity&) = default;
  };

  UnixListener(std::string path, Identity identity, UniqueFd fd)
      : path_(std::move(path)), identity_(identity), fd_(std::move(fd)) {}

  static Result<Identity, Error> identity_of(const std::string& path);
  static Result<Done, Error> make_way(const std::string& path);
  static Result<Done, Error> take_away(const std::string& path, const Identity& stale);

  std::string path_;  // empty: moved from
  Identity identity_;
  UniqueFd fd_;
};

}  // namespace unpark
