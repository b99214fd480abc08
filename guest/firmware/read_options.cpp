// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "guest/body/options.h"
#include "guest/body/report.h"
#include "guest/chips/fw_cfg_client.h"
#include "guest/firmware/firmware.h"
#include "guest/firmware/machine.h"

namespace unpark::guest::firmware {

bool read_options() {
  static constinit std::array<char, 256> text{};
  const fw_cfg::FileEntry file = fw_cfg::find(kOptionsFile);
  const std::size_t size = file.size < text.size() ? file.size : text.size();
  if (size != 0 && !fw_cfg::read(file.key, text.data(), size))
    return Report("options").dec("size", size).verdict(false);
  machine.options = parse_options({text.data(), size});
  if (machine.options.unknown != 0)
    Report("options").dec("unknown-words", machine.options.unknown).verdict(false);
  return true;
}

}  // namespace unpark::guest::firmware
