// SPDX-License-Identifier: Apache-2.0
#include "vmm/whole_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace unpark {
namespace {

// "WHAT PATH: why". Both must outlive what it returns.
auto refuser(std::string_view what, const std::string& path) {
  return [what, &path](const std::string& why) {
    return Unexpected{Error{fmt::format("{} {}: {}", what, path, why)}};
  };
}

}  // namespace

Result<RegularFile, Error> open_regular_file(std::string_view what, const std::string& path,
                                             std::string_view advice, const SizeRule& size_rule) {
  const auto refuse = refuser(what, path);
  // O_NONBLOCK: a FIFO must be refused, not waited for.
  UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!fd) return refuse(fmt::format("cannot be opened: {}", describe(SysError{"open", errno})));
  struct stat st {};
  if (::fstat(fd.get(), &st) != 0) return refuse(describe(SysError{"fstat", errno}));
  if (!S_ISREG(st.st_mode)) return refuse(fmt::format("is not a regular file{}", advice));
  const auto size = static_cast<std::uint64_t>(st.st_size);
  if (size == 0) return refuse(fmt::format("is empty{}", advice));
  if (const auto why = size_rule(size)) return refuse(*why);
  return RegularFile{std::move(fd), size};
}

Result<Done, SysError> read_at(int fd, std::uint64_t offset, std::span<std::byte> into) {
  while (!into.empty()) {
    const ssize_t n = ::pread(fd, into.data(), into.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      const SysError why =
          n < 0 ? SysError{"pread", errno} : SysError{"pread: the file has become shorter", EIO};
      std::fill(into.begin(), into.end(), std::byte{0});
      return Unexpected{why};
    }
    offset += static_cast<std::uint64_t>(n);
    into = into.subspan(static_cast<std::size_t>(n));
  }
  return Done{};
}

Result<std::vector<std::byte>, Error> read_whole_file(std::string_view what,
                                                      const std::string& path,
                                                      std::string_view advice,
                                                      const SizeRule& size_rule) {
  const auto refuse = refuser(what, path);
  const RegularFile file = TRY(open_regular_file(what, path, advice, size_rule));
  std::vector<std::byte> bytes(file.size);
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t n = ::read(file.fd.get(), bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return refuse(fmt::format("cannot be read: {}", describe(SysError{"read", errno})));
    if (n == 0) return refuse("became shorter while it was read");
    done += static_cast<std::size_t>(n);
  }
  return bytes;
}

}  // namespace unpark
