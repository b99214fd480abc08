// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <initializer_list>
#include <vector>

#include "acpi/aml_name.h"
#include "acpi/bytes.h"

namespace unpark::aml {

// A finished piece of AML. Terms nest by value; nothing is patched afterwards.
struct Term {
  Bytes bytes;

  Term() = default;
  explicit Term(Bytes encoded) : bytes(std::move(encoded)) {}
  Term(const Name& name) : bytes(name.encode()) {}           // NOLINT: a name is a term
  Term(const NameSeg& name) : bytes(Name{name}.encode()) {}  // NOLINT

  friend bool operator==(const Term&, const Term&) = default;
};

using Terms = std::vector<Term>;

// PkgLength, ACPI 6.5, 20.2.4: the number of bytes of the package, its own one to four included.
Bytes package_length(std::size_t body);
// The same encoding of a plain number, the width of a field unit in bits. As iasl does, it takes
// the number of bytes that a package with a body of `value` would need.
Bytes encoded_length(std::size_t value);

// The opcode, then the operands one after the other.
Term operation(std::initializer_list<std::uint8_t> opcode, std::initializer_list<Term> operands);
// The opcode, the length of what follows, then `head` and the children.
Term package_operation(std::initializer_list<std::uint8_t> opcode, Bytes head,
                       const Terms& children);
// Terms side by side as one, where a single one is asked for.
Term sequence(const Terms& terms);

}  // namespace unpark::aml
