// SPDX-License-Identifier: Apache-2.0
#include "vmm/cli_firmware.h"

#include <fmt/format.h>

#include "guest/guest_image.h"
#include "vmm/firmware_image.h"
#include "vmm/firmware_search.h"
#include "vmm/q35_map.h"
#include "vmm/vars_file_check.h"
#include "vmm/vars_file_private.h"

namespace unpark::cli {
namespace {

Result<Firmware, Error> with_vars(std::vector<std::byte> code, const std::string& code_path,
                                  VarsFile vars) {
  Firmware firmware;
  auto image = TRY(vars.load());
  firmware.vars_size = image.size();
  firmware.code = code_path;
  image.insert(image.end(), code.begin(), code.end());
  if (image.size() > q35::kMaxFlash)
    return Unexpected{
        Error{fmt::format("{} and {} have {} bytes together; the flash holds at most {}",
                          vars.path(), code_path, image.size(), q35::kMaxFlash)}};
  firmware.image = std::move(image);
  firmware.vars = std::make_shared<VarsFile>(std::move(vars));
  return firmware;
}

Result<std::vector<std::byte>, Error> read_code(const std::string& path) {
  auto code = TRY(read_firmware(path));
  if (const std::string why = refuse_code(code); !why.empty())
    return Unexpected{Error{fmt::format("firmware {}: {}", path, why)}};
  return code;
}

Result<Firmware, Error> load_found(const FirmwareDescriptor& found, const std::string& vars) {
  auto code = TRY(read_code(found.code.path));
  const std::string& from = found.vars_template.path;
  auto file = TRY(vars.empty() ? open_private_vars(from, code.size())
                               : VarsFile::open(vars, from, code.size()));
  Firmware firmware = TRY(with_vars(std::move(code), found.code.path, std::move(file)));
  firmware.choice =
      fmt::format("firmware {} ({}); its variables {}", found.code.path, found.description,
                  vars.empty() ? fmt::format("are a copy of {} that ends with the machine: "
                                             "--vars FILE keeps them",
                                             from)
                               : "are in " + vars);
  return firmware;
}

}  // namespace

Result<Firmware, Error> load_firmware(const std::string& firmware, const std::string& vars) {
  if (firmware == "builtin") {
    if (!vars.empty())
      return Unexpected{
          Error{"--vars: the embedded guest keeps no variables; give --firmware auto, or FILE"}};
    return Firmware{.image = FlashImage::part_of_program(guest_image())};
  }
  if (firmware == "auto") {
    const FirmwareSearch search = find_firmware();
    if (const FoundFirmware* found = search.taken()) return load_found(found->descriptor, vars);
    return Unexpected{Error{refusal_of(search)}};
  }
  auto code = TRY(read_code(firmware));
  if (vars.empty()) return Firmware{.image = std::move(code), .code = firmware};
  auto file = TRY(VarsFile::open(vars, "", code.size()));
  return with_vars(std::move(code), firmware, std::move(file));
}

Result<Firmware, Error> load_firmware(const FirmwareDescriptor& found) {
  return load_found(found, "");
}

}  // namespace unpark::cli
