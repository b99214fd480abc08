// SPDX-License-Identifier: Apache-2.0
#include "vmm/smbios_memory.h"

#include <algorithm>

#include "vmm/memory_map.h"
#include "vmm/q35_map.h"

namespace unpark::smbios {
namespace {

constexpr std::uint64_t kKiB = 1 << 10;

void add_memory_array(Table& table, std::uint64_t memory) {
  s::MemoryArray array{};
  array.location = s::kOtherLocation;
  array.use = s::kSystemMemory;
  array.correction = s::kUnknownCorrection;  // the host's memory is
  if (memory / kKiB < s::kSeeCapacity) {
    array.capacity_kib = static_cast<std::uint32_t>(memory / kKiB);
  } else {
    array.capacity_kib = s::kSeeCapacity;
    array.capacity = memory;
  }
  array.error_information = s::kNotProvided;
  array.devices = 1;
  table.add(kMemoryArray, array);
}

void add_memory_device(Table& table, std::uint64_t memory) {
  Strings strings;
  s::MemoryDevice device{};
  device.array = kMemoryArray;
  device.error_information = s::kNotProvided;
  device.total_width = device.data_width = s::kUnknownWidth;
  const std::uint64_t mib = memory / q35::kMiB;
  if (mib < s::kSeeExtendedSize) {
    device.size_mib = static_cast<std::uint16_t>(mib);
  } else {
    device.size_mib = s::kSeeExtendedSize;
    device.extended_size_mib =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(mib, s::kLargestExtendedSize));
  }
  device.form_factor = s::kDimm;
  device.device_locator = strings.add("DIMM 0");
  device.kind = s::kRam;
  device.detail = s::kOtherDetail;
  device.manufacturer = strings.add(kMaker);
  table.add(kMemoryDevice, device, strings);
}

void add_mapped_range(Table& table, s::Handle handle, std::uint64_t first, std::uint64_t size) {
  s::MappedRange range{};
  const std::uint64_t last = first + (size - 1);
  if (last / kKiB < s::kSeeExtendedAddress) {
    range.first_kib = static_cast<std::uint32_t>(first / kKiB);
    range.last_kib = static_cast<std::uint32_t>(last / kKiB);
  } else {
    range.first_kib = range.last_kib = s::kSeeExtendedAddress;
    range.first = first;
    range.last = last;
  }
  range.array = kMemoryArray;
  range.row_devices = 1;
  table.add(handle, range);
}

}  // namespace

void add_memory(Table& table, std::uint64_t memory) {
  add_memory_array(table, memory);
  add_memory_device(table, memory);
  const std::uint64_t low = low_ram_size(memory);
  if (low > 0) add_mapped_range(table, kMappedRange, 0, low);
  if (memory > low) add_mapped_range(table, kMappedRange + 1, q35::kHighRam.value, memory - low);
}

}  // namespace unpark::smbios
