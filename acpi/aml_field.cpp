// SPDX-License-Identifier: Apache-2.0
#include "acpi/aml_field.h"

#include <cassert>

namespace unpark::aml {
namespace {

constexpr std::uint8_t kExtOpPrefix = 0x5b;
constexpr std::uint8_t kFieldOp = 0x81;        // after the prefix
constexpr std::uint8_t kReservedField = 0x00;  // in place of the unit's name

// FieldFlags: bits 3:0 access, bit 4 lock, bits 6:5 update.
std::uint8_t flags(FieldAccess access, FieldLock lock, FieldUpdate update) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(access) |
                                   static_cast<unsigned>(lock) << 4 |
                                   static_cast<unsigned>(update) << 5);
}

}  // namespace

FieldUnit named(const NameSeg& unit, std::size_t bits) {
  return {FieldUnit::Kind::kNamed, unit, bits};
}

FieldUnit reserved(std::size_t bits) {
  return {FieldUnit::Kind::kReserved, std::nullopt, bits};
}

FieldUnit offset(std::size_t byte) {
  return {FieldUnit::Kind::kOffset, std::nullopt, byte};
}

Term field(const Name& region, FieldAccess access, FieldLock lock, FieldUpdate update,
           const std::vector<FieldUnit>& units) {
  Bytes body = region.encode();
  body.push_back(flags(access, lock, update));
  std::size_t position = 0;  // bits
  for (const FieldUnit& unit : units) {
    std::size_t bits = unit.amount;
    if (unit.kind == FieldUnit::Kind::kOffset) {
      assert(unit.amount * 8 >= position && "an offset cannot go back");
      bits = unit.amount * 8 - position;
      if (bits == 0) continue;  // iasl leaves it out as well
    }
    if (unit.name) {
      put(body, Name{*unit.name}.encode());
    } else {
      body.push_back(kReservedField);
    }
    put(body, encoded_length(bits));
    position += bits;
  }
  return package_operation({kExtOpPrefix, kFieldOp}, std::move(body), {});
}

}  // namespace unpark::aml
