// SPDX-License-Identifier: Apache-2.0
#include "vmm/firmware_image.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

#include "vmm/fd.h"
#include "vmm/q35_map.h"

namespace unpark {

Result<std::vector<std::byte>, Error> read_firmware(const std::string& path) {
  const auto refuse = [&](const std::string& why) {
    return Unexpected{Error{fmt::format("firmware {}: {}", path, why)}};
  };
  // O_NONBLOCK: a FIFO must be refused, not waited for.
  const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!fd) return refuse(fmt::format("cannot be opened: {}", describe(SysError{"open", errno})));
  struct stat st {};
  if (::fstat(fd.get(), &st) != 0) return refuse(describe(SysError{"fstat", errno}));
  if (!S_ISREG(st.st_mode)) return refuse("is not a regular file; give a flash image");
  const auto size = static_cast<std::uint64_t>(st.st_size);
  if (size == 0) return refuse("is empty; give a flash image");
  if (size % 4096 != 0)
    return refuse(
        fmt::format("has {} bytes, which is not a multiple of 4 KiB: truncated, or not a "
                    "flash image",
                    size));
  if (size > q35::kMaxFlash)
    return refuse(fmt::format("has {} bytes; the flash holds at most {}", size, q35::kMaxFlash));
  std::vector<std::byte> image(size);
  for (std::size_t done = 0; done < size;) {
    const ssize_t n = ::read(fd.get(), image.data() + done, size - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return refuse(fmt::format("cannot be read: {}", describe(SysError{"read", errno})));
    if (n == 0) return refuse("became shorter while it was read");
    done += static_cast<std::size_t>(n);
  }
  return image;
}

}  // namespace unpark
