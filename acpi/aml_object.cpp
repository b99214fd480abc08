// SPDX-License-Identifier: Apache-2.0
#include "acpi/aml_object.h"

#include <cassert>

namespace unpark::aml {
namespace {

// ACPI 6.5, 20.3 (AML byte stream byte values).
constexpr std::uint8_t kAliasOp = 0x06;
constexpr std::uint8_t kNameOp = 0x08;
constexpr std::uint8_t kScopeOp = 0x10;
constexpr std::uint8_t kMethodOp = 0x14;
constexpr std::uint8_t kExtOpPrefix = 0x5b;
constexpr std::uint8_t kMutexOp = 0x01;            // after the prefix
constexpr std::uint8_t kOperationRegionOp = 0x80;  // after the prefix
constexpr std::uint8_t kDeviceOp = 0x82;           // after the prefix

[[maybe_unused]] constexpr unsigned kMaxSyncLevel = 15;

Term byte(std::uint8_t value) {
  return Term{Bytes{value}};
}

}  // namespace

Term name(const Name& at, const Term& value) {
  return operation({kNameOp}, {at, value});
}

Term alias(const Name& source, const Name& at) {
  return operation({kAliasOp}, {source, at});
}

Term scope(const Name& at, const Terms& children) {
  return package_operation({kScopeOp}, at.encode(), children);
}

Term device(const Name& at, const Terms& children) {
  return package_operation({kExtOpPrefix, kDeviceOp}, at.encode(), children);
}

Term method(const Name& at, unsigned arguments, Serialize serialize, const Terms& body) {
  assert(arguments <= kMaxArguments);
  // MethodFlags: bits 2:0 number of arguments, bit 3 serialized, bits 7:4 sync level.
  Bytes head = at.encode();
  head.push_back(static_cast<std::uint8_t>(arguments | static_cast<unsigned>(serialize) << 3));
  return package_operation({kMethodOp}, std::move(head), body);
}

Term mutex(const Name& at, unsigned sync_level) {
  assert(sync_level <= kMaxSyncLevel);
  return operation({kExtOpPrefix, kMutexOp}, {at, byte(static_cast<std::uint8_t>(sync_level))});
}

Term operation_region(const Name& at, RegionSpace space, const Term& offset, const Term& length) {
  return operation({kExtOpPrefix, kOperationRegionOp},
                   {at, byte(static_cast<std::uint8_t>(space)), offset, length});
}

}  // namespace unpark::aml
