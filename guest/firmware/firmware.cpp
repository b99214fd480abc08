// SPDX-License-Identifier: Apache-2.0
#include "guest/firmware/firmware.h"

#include "devices/smi_features_spec.h"
#include "guest/body/report.h"
#include "guest/chips/fw_cfg_client.h"
#include "guest/chips/pic.h"
#include "guest/firmware/machine.h"

namespace unpark::guest {

constinit Machine machine{};
// Written by SMM.
constinit SmmReport smm_report{};

bool Machine::explicit_unpark() const {
  return (smi_features & spec::smi_features::kExplicitUnpark) != 0;
}

namespace firmware {

bool run() {
  pic::mask_all();
  if (!find_chips()) return false;
  if (!fw_cfg::present()) return Report("fw-cfg-with-dma").verdict(false);
  return find_memory() && read_options() && negotiate_smi_features() && find_cpus() &&
         set_up_smram();
}

}  // namespace firmware

}  // namespace unpark::guest
