// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "acpi/aml_term.h"

// What makes a named object, ACPI 6.5, 20.2.5.1 and 20.2.5.2. Each function is the ASL term of its
// name.
namespace unpark::aml {

Term name(const Name& at, const Term& value);
Term alias(const Name& source, const Name& at);
Term scope(const Name& at, const Terms& children);
Term device(const Name& at, const Terms& children);

enum class Serialize : std::uint8_t { kNotSerialized = 0, kSerialized = 1 };

inline constexpr unsigned kMaxArguments = 7;

Term method(const Name& at, unsigned arguments, Serialize serialize, const Terms& body);

// Sync level 0 to 15, ACPI 6.5, 19.6.87.
Term mutex(const Name& at, unsigned sync_level);

// ACPI 6.5, 5.5.2.4.
enum class RegionSpace : std::uint8_t {
  kSystemMemory = 0,
  kSystemIo = 1,
  kPciConfig = 2,
  kEmbeddedControl = 3,
  kSmbus = 4,
  kCmos = 5,
};

Term operation_region(const Name& at, RegionSpace space, const Term& offset, const Term& length);

}  // namespace unpark::aml
