// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "acpi/aml_term.h"

// Field units of an operation region, ACPI 6.5, 19.6.48 and 20.2.5.2.
namespace unpark::aml {

enum class FieldAccess : std::uint8_t {
  kAny = 0,
  kByte = 1,
  kWord = 2,
  kDWord = 3,
  kQWord = 4,
  kBuffer = 5,
};
enum class FieldLock : std::uint8_t { kNoLock = 0, kLock = 1 };
// What a write does to the bits of the access that lie outside the field unit.
enum class FieldUpdate : std::uint8_t { kPreserve = 0, kWriteAsOnes = 1, kWriteAsZeros = 2 };

// One line of a field list.
struct FieldUnit {
  enum class Kind { kNamed, kReserved, kOffset };
  Kind kind;
  std::optional<NameSeg> name;  // kNamed
  std::size_t amount;           // bits; for kOffset bytes from the start of the region
};

//   CSEL, 32      ->  named("CSEL"_seg, 32)
//   , 3           ->  reserved(3)
//   Offset (4)    ->  offset(4)
FieldUnit named(const NameSeg& unit, std::size_t bits);
FieldUnit reserved(std::size_t bits);
FieldUnit offset(std::size_t byte);

Term field(const Name& region, FieldAccess access, FieldLock lock, FieldUpdate update,
           const std::vector<FieldUnit>& units);

}  // namespace unpark::aml
