// SPDX-License-Identifier: Apache-2.0
#include "vmm/cli_firmware.h"

#include <fmt/format.h>

#include "guest/guest_image.h"
#include "vmm/firmware_image.h"
#include "vmm/q35_map.h"

namespace unpark::cli {

Result<Firmware, Error> load_firmware(const std::string& code, const std::string& vars) {
  Firmware firmware;
  if (code == "builtin") {
    if (!vars.empty())
      return Unexpected{
          Error{"--vars: the embedded guest keeps no variables; give --firmware FILE"}};
    const auto image = guest_image();
    firmware.image.assign(image.begin(), image.end());
    return firmware;
  }
  firmware.image = TRY(read_firmware(code));
  if (vars.empty()) return firmware;
  firmware.vars = std::make_shared<VarsFile>(TRY(VarsFile::open(vars, "", firmware.image.size())));
  auto stored = TRY(firmware.vars->load());
  firmware.vars_size = stored.size();
  if (firmware.image.size() + stored.size() > q35::kMaxFlash)
    return Unexpected{
        Error{fmt::format("{} and {} have {} bytes together; the flash holds at most {}", vars,
                          code, firmware.image.size() + stored.size(), q35::kMaxFlash)}};
  firmware.image.insert(firmware.image.begin(), stored.begin(), stored.end());
  return firmware;
}

}  // namespace unpark::cli
