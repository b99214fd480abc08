// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "acpi/aml_term.h"

// What a method does, ACPI 6.5, 20.2.5.3. Terms whose ASL name is a C++ keyword end in an
// underscore.
namespace unpark::aml {

// If (predicate) { then }
Term if_(const Term& predicate, const Terms& then);
// Else { otherwise }. Follows an if_ directly.
Term else_(const Terms& otherwise);
Term while_(const Term& predicate, const Terms& body);
Term break_();
Term continue_();
Term return_(const Term& value);

Term notify(const Name& object, const Term& value);

inline constexpr std::uint16_t kForever = 0xffff;

// True if the time ran out. 1 ms units, kForever waits.
Term acquire(const Name& mutex, std::uint16_t timeout);
Term release(const Name& mutex);

// method (arguments ...)
Term call(const Name& method, const Terms& arguments);

}  // namespace unpark::aml
