// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string_view>

#include "acpi/bytes.h"

namespace unpark::acpi {

// Where the firmware puts a file: anywhere, or into the F segment (OVMF does not care).
enum class LoaderZone : std::uint8_t { kHigh = 1, kFSegment = 2 };

// The commands of etc/table-loader, 128 bytes each, in the order in which the firmware executes
// them. File names have at most 55 characters. The format is QEMU's (bios-linker-loader), as
// edk2's OvmfPkg/Include/IndustryStandard/QemuLoader.h describes it.
class LoaderScript {
 public:
  // Load all of `file` into guest memory. `alignment` is a power of two up to 4096.
  LoaderScript& allocate(std::string_view file, std::uint32_t alignment, LoaderZone zone);
  // The `width` bytes at `offset` in `file` hold an offset into `target`: make it an address.
  LoaderScript& add_pointer(std::string_view file, std::uint32_t offset, std::uint8_t width,
                            std::string_view target);
  // Store at `result` in `file` what makes the `length` bytes from `start` on sum up to 0. The
  // byte at `result` counts as it is: it must be 0 before.
  LoaderScript& add_checksum(std::string_view file, std::uint32_t result, std::uint32_t start,
                             std::uint32_t length);

  [[nodiscard]] const Bytes& bytes() const { return bytes_; }

 private:
  Bytes bytes_;
};

}  // namespace unpark::acpi
