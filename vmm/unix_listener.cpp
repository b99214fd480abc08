// SPDX-License-Identifier: Apache-2.0
#include "vmm/unix_listener.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "vmm/unix_address.h"

namespace unpark {
namespace {

constexpr int kBacklog = 8;  // clients that wait for their turn

Unexpected<Error> refuse(std::string sentence) {
  return Unexpected{Error{std::move(sentence)}};
}

Unexpected<Error> failed(std::string_view call) {
  return refuse(describe(SysError{call, errno}));
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path{path}.parent_path().string();
  return folder.empty() ? "." : folder;
}

Unexpected<Error> bind_failed(const std::string& path) {
  switch (errno) {
    case ENOENT:
    case ENOTDIR:
      return refuse(fmt::format("the folder '{}' does not exist; create it, or name another path",
                                folder_of(path)));
    case EACCES:
    case EPERM:
      return refuse(fmt::format("no permission to create a file in '{}'; name another path",
                                folder_of(path)));
    default:
      return failed("bind");
  }
}

// Who serves the socket that `probe` is connected to: "process 4711 (unpark)".
std::string server_of(const UniqueFd& probe) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(probe.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.pid <= 0) {
    return "another process";
  }
  std::ifstream comm{fmt::format("/proc/{}/comm", peer.pid)};
  std::string name;
  if (!std::getline(comm, name)) return fmt::format("process {}", peer.pid);
  return fmt::format("process {} ({})", peer.pid, name);
}

}  // namespace

Result<UnixListener, Error> UnixListener::listen_on(std::string path) {
  const UnixAddress address = TRY(UnixAddress::of(path));
  UniqueFd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!fd) return failed("socket");
  // Before bind(): Linux gives the file the mode of the socket, so that nobody else can connect at
  // any moment, and the umask of the process need not be touched.
  if (::fchmod(fd.get(), S_IRUSR | S_IWUSR) != 0) return failed("fchmod");

  for (int attempt = 0; ::bind(fd.get(), address.get(), address.size()) != 0; ++attempt) {
    if (errno != EADDRINUSE) return bind_failed(path);
    if (attempt == 2) return refuse("other processes keep creating it");
    (void)TRY(make_way(path));
  }
  const Identity identity = TRY(identity_of(path));
  if (::listen(fd.get(), kBacklog) != 0) {
    const auto error = failed("listen");
    ::unlink(path.c_str());
    return error;
  }
  // Until listen() the socket looked like one that a dead process has left.
  const auto now = identity_of(path);
  if (!now || !(*now == identity)) return refuse("another process has just taken it");
  return UnixListener{std::move(path), identity, std::move(fd)};
}

UnixListener::~UnixListener() {
  if (path_.empty()) return;
  const auto now = identity_of(path_);
  if (now && *now == identity_) ::unlink(path_.c_str());
}

Result<UnixListener::Identity, Error> UnixListener::identity_of(const std::string& path) {
  struct stat s {};
  if (::lstat(path.c_str(), &s) != 0) return failed("lstat");
  return Identity{s.st_dev, s.st_ino};
}

// Something has the name already. Afterwards it is free, unless that must not be.
Result<Done, Error> UnixListener::make_way(const std::string& path) {
  struct stat s {};
  if (::lstat(path.c_str(), &s) != 0)
    return errno == ENOENT ? Result<Done, Error>{Done{}} : failed("lstat");
  if (!S_ISSOCK(s.st_mode)) {
    return refuse("a file that is no socket has this name; remove it, or name another path");
  }
  const UnixAddress address = TRY(UnixAddress::of(path));
  const UniqueFd probe{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!probe) return failed("socket");
  if (::connect(probe.get(), address.get(), address.size()) == 0) {
    return refuse(
        fmt::format("{} serves it already; end that one, or name another path", server_of(probe)));
  }
  switch (errno) {
    case ECONNREFUSED:
      return take_away(path, Identity{s.st_dev, s.st_ino});
    case ENOENT:
      return Done{};  // it has gone meanwhile
    case EAGAIN:      // its backlog is full
      return refuse("a busy process serves it already; end that one, or name another path");
    case EACCES:
      return refuse("somebody else's socket has this name; name another path");
    default:
      return failed("connect");
  }
}

// Renamed before it is removed: should it be another socket than the one that was found dead, a new
// owner's, it can be put back.
Result<Done, Error> UnixListener::take_away(const std::string& path, const Identity& stale) {
  const std::string aside = fmt::format("{}.stale-{}", path, ::getpid());
  if (::rename(path.c_str(), aside.c_str()) != 0) {
    if (errno == ENOENT) return Done{};
    return refuse(
        fmt::format("a dead process has left it, and it cannot be removed ({}); remove it",
                    describe(SysError{"rename", errno})));
  }
  const auto taken = identity_of(aside);
  const bool as_expected = taken && *taken == stale;
  if (!as_expected) (void)::link(aside.c_str(), path.c_str());
  ::unlink(aside.c_str());
  if (!as_expected) return refuse("another process has just taken it");
  return Done{};
}

}  // namespace unpark
