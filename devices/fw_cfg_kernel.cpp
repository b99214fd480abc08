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

void offer(FwCfg& fw_cfg, FwCfgKey size_key, FwCfgKey data_key, FwCfgData data) {
  FwCfgBytes size(4);
  for (std::size_t i = 0, n = data.size(); i < size.size(); ++i, n >>= 8)
    size[i] = static_cast<std::byte>(n);
  fw_cfg.replace_item(size_key, std::move(size));
  fw_cfg.replace_item(data_key, std::move(data));
}

Unexpected<FwCfgKernelError> fail(std::string message) {
  return Unexpected{FwCfgKernelError{std::move(message)}};
}

// The real-mode part with its boot sector.
Result<std::size_t, FwCfgKernelError> setup_size(const FwCfgSource& bz_image) {
  const FwCfgBytes magic = bytes_of("HdrS");
  FwCfgBytes head(std::min(bz_image.size(), kHeaderMagic + magic.size()));
  bz_image.read(0, head);
  if (head.size() < kHeaderMagic + magic.size() ||
      !std::equal(magic.begin(), magic.end(), head.begin() + kHeaderMagic))
    return fail("kernel: not a bzImage: \"HdrS\" is not at 0x202");
  const auto stored = std::to_integer<std::size_t>(head[kSetupSectors]);
  const std::size_t setup = ((stored == 0 ? 4 : stored) + 1) * kSector;
  if (bz_image.size() <= setup)
    return fail("kernel: cut off: the setup part alone has " + std::to_string(setup) +
                " bytes, the file " + std::to_string(bz_image.size()));
  return setup;
}

}  // namespace

Result<Done, FwCfgKernelError> check_kernel(const FwCfgSource& bz_image) {
  (void)TRY(setup_size(bz_image));
  return Done{};
}

Result<Done, FwCfgKernelError> offer_kernel(FwCfg& fw_cfg,
                                            const std::shared_ptr<const FwCfgSource>& bz_image,
                                            const std::shared_ptr<const FwCfgSource>& initrd,
                                            std::string_view command_line) {
  const std::size_t setup_end = TRY(setup_size(*bz_image));
  constexpr std::size_t kMost = std::numeric_limits<std::uint32_t>::max();
  if (bz_image->size() > kMost || (initrd && initrd->size() > kMost) ||
      command_line.size() >= kMost)
    return fail("kernel: kernel, initrd and command line must each be under 4 GiB");
  if (command_line.find('\0') != std::string_view::npos)
    return fail("kernel: the command line contains a NUL");

  FwCfgBytes setup(setup_end);
  bz_image->read(0, setup);
  // The firmware's own loader, which takes over where Secure Boot turns the kernel down, leaves
  // this byte alone, and Linux ignores its initrd while it is zero.
  setup[kTypeOfLoader] = kUnassignedLoader;
  offer(fw_cfg, s::kSetupSize, s::kSetupData, std::move(setup));
  offer(fw_cfg, s::kKernelSize, s::kKernelData, FwCfgData{bz_image, setup_end});
  offer(fw_cfg, s::kInitrdSize, s::kInitrdData,
        initrd ? FwCfgData{initrd, 0} : FwCfgData{FwCfgBytes{}});
  FwCfgBytes line = bytes_of(command_line);
  line.push_back(std::byte{0});  // firmware refuses to boot without it, and counts it
  offer(fw_cfg, s::kCmdlineSize, s::kCmdlineData, std::move(line));
  return Done{};
}

}  // namespace unpark
