// SPDX-License-Identifier: Apache-2.0
#include "vmm/cli_firmware.h"

#include "guest/guest_image.h"
#include "vmm/firmware_image.h"

namespace unpark::cli {

Result<std::vector<std::byte>, Error> load_firmware(const std::string& choice) {
  if (choice != "builtin") return read_firmware(choice);
  const auto image = guest_image();
  return std::vector<std::byte>(image.begin(), image.end());
}

}  // namespace unpark::cli
