// SPDX-License-Identifier: Apache-2.0
#include "devices/smi_features_spec.h"
#include "guest/body/report.h"
#include "guest/chips/fw_cfg_client.h"
#include "guest/firmware/firmware.h"
#include "guest/firmware/machine.h"

namespace unpark::guest::firmware {

namespace {

namespace spec = spec::smi_features;
constexpr std::uint64_t kWanted =
    spec::kBroadcast | spec::kCpuHotplug | spec::kCpuHotUnplug | spec::kExplicitUnpark;

}  // namespace

bool negotiate_smi_features() {
  const fw_cfg::FileEntry supported_file = fw_cfg::find(spec::kSupportedFile);
  const fw_cfg::FileEntry requested_file = fw_cfg::find(spec::kRequestedFile);
  const fw_cfg::FileEntry ok_file = fw_cfg::find(spec::kFeaturesOkFile);
  if (supported_file.size != 8 || requested_file.size != 8 || ok_file.size != 1)
    return Report("smi-features-offered").verdict(false);
  const auto supported = fw_cfg::read_value<std::uint64_t>(supported_file.key);
  const std::uint64_t requested = supported & kWanted;
  const bool written = fw_cfg::write(requested_file.key, &requested, sizeof requested);
  const auto ok = written ? fw_cfg::read_value<std::uint8_t>(ok_file.key) : std::uint8_t{0};
  // The rendezvous rests on broadcast SMIs.
  const bool passed = ok == 1 && (requested & spec::kBroadcast) != 0;
  machine.smi_features = requested;
  return Report("smi-features")
      .hex("supported", supported)
      .hex("taken", requested)
      .dec("ok", ok)
      .verdict(passed);
}

}  // namespace unpark::guest::firmware
