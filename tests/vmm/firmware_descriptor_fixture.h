// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nlohmann/json.hpp>
#include <string>

namespace unpark {

// A descriptor as the Debian package ovmf has it, of the files `code` and `vars`.
inline nlohmann::json debian_descriptor(const std::string& code, const std::string& vars) {
  auto d = nlohmann::json::parse(R"({
    "description": "UEFI firmware for x86_64, with Secure Boot and SMM, empty varstore",
    "interface-types": ["uefi"],
    "mapping": {
      "device": "flash",
      "executable": {"filename": "", "format": "raw"},
      "nvram-template": {"filename": "", "format": "raw"}
    },
    "targets": [{"architecture": "x86_64", "machines": ["pc-q35-*"]}],
    "features": ["acpi-s3", "amd-sev", "requires-smm", "secure-boot", "verbose-dynamic"],
    "tags": []
  })");
  d["mapping"]["executable"]["filename"] = code;
  d["mapping"]["nvram-template"]["filename"] = vars;
  return d;
}

}  // namespace unpark
