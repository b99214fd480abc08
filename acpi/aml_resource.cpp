// SPDX-License-Identifier: Apache-2.0
#include "acpi/aml_resource.h"

#include <cassert>
#include <concepts>

#include "acpi/aml_data.h"

namespace unpark::aml {
namespace {

// ACPI 6.5, 6.4.2 (small) and 6.4.3 (large): small ones carry their length in the lead byte.
constexpr std::uint8_t kIoPort = 0x47;
constexpr std::uint8_t kEndTag = 0x79;
constexpr std::uint8_t kMemory32Fixed = 0x86;
constexpr std::uint8_t kDWordAddressSpace = 0x87;
constexpr std::uint8_t kWordAddressSpace = 0x88;
constexpr std::uint8_t kExtendedInterrupt = 0x89;
constexpr std::uint8_t kQWordAddressSpace = 0x8a;

constexpr std::uint8_t kIoDecode16 = 1;
constexpr std::uint8_t kIoAlignment = 1;
constexpr std::uint8_t kResourceConsumer = 1;
constexpr std::uint8_t kNoChecksum = 0;  // 6.4.2.9: zero counts as correct

// 6.4.3.5.1, resource type.
enum class SpaceType : std::uint8_t { kMemory = 0, kIo = 1, kBusNumber = 2 };

// General flags: bit 0 consumer, bit 1 subtractive, bit 2 min fixed, bit 3 max fixed.
constexpr std::uint8_t kFixedWindow = 0x0c;
// Type specific flags. I/O, 6.4.3.5.5: bits 1:0 ISA and non-ISA ranges. Memory: bit 0 read-write,
// bits 2:1 0 non-cacheable, 1 cacheable.
constexpr std::uint8_t kEntireRange = 0x03;
constexpr std::uint8_t kNonCacheableReadWrite = 0x01;
constexpr std::uint8_t kCacheableReadWrite = 0x03;

template <std::unsigned_integral Address>
Resource window(std::uint8_t tag, SpaceType type, std::uint8_t type_flags, Address first,
                Address last) {
  assert(first <= last);
  assert((first != 0 || last != static_cast<Address>(~Address{0})) && "the length would wrap");
  // Three bytes of type and flags, then granularity, first, last, translation, length.
  constexpr std::uint16_t kLength = 3 + 5 * sizeof(Address);
  Bytes out{tag};
  put_le(out, kLength);
  put(out, Bytes{static_cast<std::uint8_t>(type), kFixedWindow, type_flags});
  put_le(out, Address{0});
  put_le(out, first);
  put_le(out, last);
  put_le(out, Address{0});
  put_le(out, static_cast<Address>(last - first + 1u));
  return {std::move(out)};
}

}  // namespace

Term resource_template(const std::vector<Resource>& resources) {
  Bytes content;
  for (const Resource& resource : resources) put(content, resource.bytes);
  content.push_back(kEndTag);
  content.push_back(kNoChecksum);
  return buffer(content);
}

Resource io(std::uint16_t base, std::uint8_t length) {
  Bytes out{kIoPort, kIoDecode16};
  put_le(out, base);
  put_le(out, base);
  out.push_back(kIoAlignment);
  out.push_back(length);
  return {std::move(out)};
}

Resource interrupt(std::uint32_t gsi, Trigger trigger, Polarity polarity, Sharing sharing) {
  constexpr std::uint16_t kLength = 6;
  constexpr std::uint8_t kOneInterrupt = 1;
  Bytes out{kExtendedInterrupt};
  put_le(out, kLength);
  out.push_back(static_cast<std::uint8_t>(kResourceConsumer | static_cast<unsigned>(trigger) << 1 |
                                          static_cast<unsigned>(polarity) << 2 |
                                          static_cast<unsigned>(sharing) << 3));
  out.push_back(kOneInterrupt);
  put_le(out, gsi);
  return {std::move(out)};
}

Resource memory32_fixed(Writable access, std::uint32_t base, std::uint32_t length) {
  constexpr std::uint16_t kLength = 9;
  Bytes out{kMemory32Fixed};
  put_le(out, kLength);
  out.push_back(static_cast<std::uint8_t>(access));
  put_le(out, base);
  put_le(out, length);
  return {std::move(out)};
}

Resource word_bus_number(std::uint16_t first, std::uint16_t last) {
  return window(kWordAddressSpace, SpaceType::kBusNumber, 0, first, last);
}

Resource word_io(std::uint16_t first, std::uint16_t last) {
  return window(kWordAddressSpace, SpaceType::kIo, kEntireRange, first, last);
}

Resource dword_io(std::uint32_t first, std::uint32_t last) {
  return window(kDWordAddressSpace, SpaceType::kIo, kEntireRange, first, last);
}

Resource dword_memory(std::uint32_t first, std::uint32_t last) {
  return window(kDWordAddressSpace, SpaceType::kMemory, kNonCacheableReadWrite, first, last);
}

Resource qword_memory(std::uint64_t first, std::uint64_t last) {
  return window(kQWordAddressSpace, SpaceType::kMemory, kCacheableReadWrite, first, last);
}

}  // namespace unpark::aml
