// SPDX-License-Identifier: Apache-2.0
#include "vmm/boot_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

#include "devices/fw_cfg_kernel.h"
#include "vmm/fd.h"
#include "vmm/q35_map.h"

namespace unpark {

namespace {

// What firmware and kernel need besides the two files: OVMF's PEI and DXE, TSEG, page tables.
constexpr std::uint64_t kFirmwareNeeds = 128 * q35::kMiB;

}  // namespace

Result<std::vector<std::byte>, Error> read_boot_file(std::string_view what, const std::string& path,
                                                     std::uint64_t most) {
  const auto refuse = [&](const std::string& why) {
    return Unexpected{Error{fmt::format("{} {}: {}", what, path, why)}};
  };
  // O_NONBLOCK: a FIFO must be refused, not waited for.
  const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!fd) return refuse(fmt::format("cannot be opened: {}", describe(SysError{"open", errno})));
  struct stat st {};
  if (::fstat(fd.get(), &st) != 0) return refuse(describe(SysError{"fstat", errno}));
  if (!S_ISREG(st.st_mode)) return refuse("is not a regular file");
  const auto size = static_cast<std::uint64_t>(st.st_size);
  if (size == 0) return refuse("is empty");
  if (size > most)
    return refuse(
        fmt::format("has {} MiB, and only {} MiB can be taken; give the machine more "
                    "with --memory",
                    size / q35::kMiB + 1, most / q35::kMiB));
  std::vector<std::byte> bytes(size);
  for (std::size_t done = 0; done < size;) {
    const ssize_t n = ::read(fd.get(), bytes.data() + done, size - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return refuse(fmt::format("cannot be read: {}", describe(SysError{"read", errno})));
    if (n == 0) return refuse("became shorter while it was read");
    done += static_cast<std::size_t>(n);
  }
  return bytes;
}

Result<KernelImage, Error> read_kernel(const std::string& kernel_path,
                                       const std::string& initrd_path,
                                       const std::string& command_line, std::uint64_t memory) {
  if (command_line.size() > kMaxCommandLine)
    return Unexpected{Error{fmt::format("--append: {} bytes; Linux takes at most {}",
                                        command_line.size(), kMaxCommandLine)}};
  const std::uint64_t room = memory > kFirmwareNeeds ? memory - kFirmwareNeeds : 0;
  KernelImage image;
  image.bz_image = TRY(read_boot_file("kernel", kernel_path, room));
  if (const auto ok = check_kernel(image.bz_image); !ok)
    return Unexpected{Error{fmt::format("{} ({})", ok.error().message, kernel_path)}};
  if (!initrd_path.empty())
    image.initrd = TRY(read_boot_file("initrd", initrd_path, room - image.bz_image.size()));
  image.command_line = command_line;
  return image;
}

}  // namespace unpark
