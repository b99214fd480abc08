// SPDX-License-Identifier: Apache-2.0
#include "vmm/vars_file_copy.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <span>

#include "vmm/fd.h"
#include "vmm/firmware_image.h"
#include "vmm/vars_file_check.h"

namespace unpark {
namespace {

Result<Done, SysError> write_all(int fd, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Unexpected{SysError{"write", errno}};
    if (n == 0) return Unexpected{SysError{"write", ENOSPC}};
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return Done{};
}

// Another machine may have made `to` meanwhile, and may hold its lock: it is never replaced.
Result<Done, SysError> give_name(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0)
    return Done{};
  if (errno == EINVAL || errno == ENOSYS) {  // NFS, for one, has no such rename
    const int code = ::link(from.c_str(), to.c_str()) == 0 ? 0 : errno;
    ::unlink(from.c_str());
    if (code == 0 || code == EEXIST) return Done{};
    return Unexpected{SysError{"link", code}};
  }
  const int code = errno;
  ::unlink(from.c_str());
  if (code == EEXIST) return Done{};
  return Unexpected{SysError{"renameat2", code}};
}

// The new name itself must outlive the host too.
Result<Done, SysError> sync_folder(const std::string& folder) {
  const UniqueFd fd{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!fd) return Unexpected{SysError{"open", errno}};
  if (::fsync(fd.get()) != 0 && errno != EINVAL) return Unexpected{SysError{"fsync", errno}};
  return Done{};
}

Result<Done, SysError> create_whole(const std::string& path, std::span<const std::byte> bytes) {
  std::string temp = path + ".new-XXXXXX";
  {
    const UniqueFd fd{::mkostemp(temp.data(), O_CLOEXEC)};
    if (!fd) return Unexpected{SysError{"mkostemp", errno}};
    auto written = write_all(fd.get(), bytes);
    if (written && ::fsync(fd.get()) != 0) written = Unexpected{SysError{"fsync", errno}};
    if (!written) {
      ::unlink(temp.c_str());
      return written;
    }
  }
  (void)TRY(give_name(temp, path));
  const auto slash = path.rfind('/');
  return sync_folder(slash == std::string::npos ? "." : path.substr(0, slash + 1));
}

}  // namespace

Result<Done, Error> copy_vars_template(const std::string& template_path, const std::string& path,
                                       std::uint64_t code_size) {
  const auto refuse = [&](const std::string& why) {
    return Unexpected{Error{fmt::format("VARS template {}: {}", template_path, why)}};
  };
  const auto image = read_firmware(template_path);
  if (!image)
    return Unexpected{Error{fmt::format("VARS template for {}: {}", path, image.error().message)}};
  if (const std::string why = refuse_vars(*image, code_size); !why.empty()) return refuse(why);
  if (const auto made = create_whole(path, *image); !made)
    return Unexpected{Error{fmt::format(
        "VARS {}: cannot be made from its template {}: {}; give a path in a folder that can be "
        "written and has {} bytes free",
        path, template_path, describe(made.error()), image->size())}};
  return Done{};
}

}  // namespace unpark
