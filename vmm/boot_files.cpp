// SPDX-License-Identifier: Apache-2.0
#include "vmm/boot_files.h"

#include <fmt/format.h>

#include "devices/fw_cfg_kernel.h"
#include "vmm/file_source.h"
#include "vmm/q35_map.h"

namespace unpark {

namespace {

// What firmware and kernel need besides the two files: OVMF's PEI and DXE, TSEG, page tables.
constexpr std::uint64_t kFirmwareNeeds = 128 * q35::kMiB;

Result<std::shared_ptr<const FileSource>, Error> open_boot_file(std::string_view what,
                                                                const std::string& path,
                                                                std::uint64_t most) {
  return FileSource::open(what, path, [&](std::uint64_t size) -> std::optional<std::string> {
    if (size <= most) return std::nullopt;
    return fmt::format(
        "has {} MiB, and only {} MiB can be taken; give the machine more with --memory",
        size / q35::kMiB + 1, most / q35::kMiB);
  });
}

}  // namespace

Result<KernelImage, Error> read_kernel(const std::string& kernel_path,
                                       const std::string& initrd_path,
                                       const std::string& command_line, std::uint64_t memory) {
  if (command_line.size() > kMaxCommandLine)
    return Unexpected{Error{fmt::format("--append: {} bytes; Linux takes at most {}",
                                        command_line.size(), kMaxCommandLine)}};
  const std::uint64_t room = memory > kFirmwareNeeds ? memory - kFirmwareNeeds : 0;
  KernelImage image;
  image.bz_image = TRY(open_boot_file("kernel", kernel_path, room));
  if (const auto ok = check_kernel(*image.bz_image); !ok)
    return Unexpected{Error{fmt::format("{} ({})", ok.error().message, kernel_path)}};
  if (!initrd_path.empty())
    image.initrd = TRY(open_boot_file("initrd", initrd_path, room - image.bz_image->size()));
  image.command_line = command_line;
  return image;
}

}  // namespace unpark
