// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "vmm/firmware_descriptor.h"

namespace unpark {

enum class FirmwareVerdict {
  kTaken,   // the first that fits
  kFits,    // but another comes first
  kRefused  // `why` says for what
};

// A descriptor that was found, and what became of it.
struct FoundFirmware {
  std::string file;
  FirmwareVerdict verdict = FirmwareVerdict::kRefused;
  std::string why;
  FirmwareDescriptor descriptor;  // empty if it could not be read
};

struct FirmwareSearch {
  std::vector<std::string> folders;  // the most specific first
  std::vector<FoundFirmware> found;  // in the order of their names; those masked after what masks
  [[nodiscard]] const FoundFirmware* taken() const;
  // The first that fits and has no keys enrolled: under Secure Boot an unsigned kernel does not
  // boot, and Linux keeps even root away from the ports. If there is none, taken().
  [[nodiscard]] const FoundFirmware* taken_without_keys() const;
};

// The user's, the host's and the distribution's folder for firmware descriptors, in this order.
std::vector<std::string> firmware_folders();

// Looks for a firmware that needs SMM, for this machine, as QEMU's docs/interop/firmware.json wants
// it: all *.json of all folders by name; of one name, the one in the first folder masks the others,
// even if it is empty. Never fails: what cannot be read is found and refused.
FirmwareSearch find_firmware(std::vector<std::string> folders = firmware_folders());

// Why nothing was taken, in one sentence.
std::string refusal_of(const FirmwareSearch& search);

}  // namespace unpark
