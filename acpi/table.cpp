// SPDX-License-Identifier: Apache-2.0
#include "acpi/table.h"

#include <cassert>
#include <cstring>
#include <numeric>
#include <utility>

namespace unpark::acpi {
namespace {

constexpr std::array<char, 8> kOemTableId{'U', 'N', 'P', 'K', 'Q', '3', '5', ' '};
constexpr std::uint32_t kOemRevision = 1;
constexpr std::array<char, 4> kCreatorId{'U', 'N', 'P', 'K'};
constexpr std::uint32_t kCreatorRevision = 1;

}  // namespace

std::uint8_t byte_sum(std::span<const std::uint8_t> bytes) {
  return static_cast<std::uint8_t>(std::accumulate(bytes.begin(), bytes.end(), 0u));
}

TableBuilder::TableBuilder(std::string_view signature, std::uint8_t revision) {
  SdtHeader header{.revision = revision,
                   .oem_id = kOemId,
                   .oem_table_id = kOemTableId,
                   .oem_revision = kOemRevision,
                   .creator_id = kCreatorId,
                   .creator_revision = kCreatorRevision};
  assert(signature.size() == header.signature.size());
  std::memcpy(header.signature.data(), signature.data(), header.signature.size());
  append(header);
}

TableBuilder& TableBuilder::append_bytes(std::span<const std::uint8_t> bytes) {
  put(bytes_, bytes);
  return *this;
}

Bytes TableBuilder::finish() {
  const auto length = static_cast<std::uint32_t>(bytes_.size());
  std::memcpy(&bytes_[offsetof(SdtHeader, length)], &length, sizeof length);
  std::uint8_t& checksum = bytes_[offsetof(SdtHeader, checksum)];
  checksum = 0;
  checksum = static_cast<std::uint8_t>(-byte_sum(bytes_));
  return std::exchange(bytes_, {});
}

}  // namespace unpark::acpi
