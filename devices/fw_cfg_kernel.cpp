// SPDX-License-Identifier: Apache-2.0
#include "devices/fw_cfg_kernel.h"

#include <algorithm>
#include <limits>

namespace unpark {
namespace {

namespace s = spec::fw_cfg;

constexpr std::size_t kSector = 512;
constexpr std::size_t kSetupSectors = 0x1f1;  // u8; 0 means 4
constexpr std::size_t kHeaderMagic = 0x202;   // "HdrS"
constexpr std::size_t kTypeOfLoader = 0x210;  // u8
constexpr std::byte kUnassignedLoader{0xff};

FwCfgBytes bytes_of(std::string_view text) {
  FwCfgBytes bytes(text.size());
  std::transform(text.begin(), text.end(), bytes.begin(),
                 [](char c) { return static_cast<std::byte>(c); });
  return bytes;
}

void offer(FwCfg& fw_cfg, FwCfgKey size_key, FwCfgKey data_key, FwCfgBytes data) {
  FwCfgBytes size(4);
  for (std::size_t i = 0, n = data.size(); i < size.size(); ++i, n >>= 8)
    size[i] = static_cast<std::byte>(n);
  fw_cfg.replace_item(size_key, std::move(size));
  fw_cfg.replace_item(data_key, std::move(data));
}

Unexpected<FwCfgKernelError> fail(std::string message) {
  return Unexpected{FwCfgKernelError{std::move(message)}};
}

// The real-mode part with its boot sector. `bz_image` has a header.
std::size_t setup_size(std::span<const std::byte> bz_image) {
  const auto stored = std::to_integer<std::size_t>(bz_image[kSetupSectors]);
  return ((stored == 0 ? 4 : stored) + 1) * kSector;
}

}  // namespace

Result<Done, FwCfgKernelError> check_kernel(std::span<const std::byte> bz_image) {
  const FwCfgBytes magic = bytes_of("HdrS");
  if (bz_image.size() < kHeaderMagic + magic.size() ||
      !std::equal(magic.begin(), magic.end(), bz_image.begin() + kHeaderMagic))
    return fail("kernel: not a bzImage: \"HdrS\" is not at 0x202");
  const std::size_t setup = setup_size(bz_image);
  if (bz_image.size() <= setup)
    return fail("kernel: cut off: the setup part alone has " + std::to_string(setup) +
                " bytes, the file " + std::to_string(bz_image.size()));
  return Done{};
}

Result<Done, FwCfgKernelError> offer_kernel(FwCfg& fw_cfg, const FwCfgBytes& bz_image,
                                            FwCfgBytes initrd, std::string_view command_line) {
  TRY(check_kernel(bz_image));
  constexpr std::size_t kMost = std::numeric_limits<std::uint32_t>::max();
  if (bz_image.size() > kMost || initrd.size() > kMost || command_line.size() >= kMost)
    return fail("kernel: kernel, initrd and command line must each be under 4 GiB");
  if (command_line.find('\0') != std::string_view::npos)
    return fail("kernel: the command line contains a NUL");

  const auto payload = bz_image.begin() + static_cast<std::ptrdiff_t>(setup_size(bz_image));
  FwCfgBytes setup{bz_image.begin(), payload};
  // The firmware's own loader, which takes over where Secure Boot turns the kernel down, leaves
  // this byte alone, and Linux ignores its initrd while it is zero.
  setup[kTypeOfLoader] = kUnassignedLoader;
  offer(fw_cfg, s::kSetupSize, s::kSetupData, std::move(setup));
  offer(fw_cfg, s::kKernelSize, s::kKernelData, {payload, bz_image.end()});
  offer(fw_cfg, s::kInitrdSize, s::kInitrdData, std::move(initrd));
  FwCfgBytes line = bytes_of(command_line);
  line.push_back(std::byte{0});  // firmware refuses to boot without it, and counts it
  offer(fw_cfg, s::kCmdlineSize, s::kCmdlineData, std::move(line));
  return Done{};
}

}  // namespace unpark
