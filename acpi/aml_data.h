// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "acpi/aml_term.h"

// AML data objects, ACPI 6.5, 20.2.3 and 20.2.5.4.
namespace unpark::aml {

// The shortest encoding, as iasl does: Zero, One, Ones, else 1, 2, 4 or 8 bytes.
// Ones is all 64 bits: the DSDT here has revision 2.
Term integer(std::uint64_t value);

// `text` without NUL; the encoding adds its own.
Term string(std::string_view text);

// Buffer () { ... }
Term buffer(std::span<const std::uint8_t> content);
// Buffer (size) {}: zeros
Term buffer_of_size(std::uint64_t size);

// Package () { ... }. More than 255 elements make it a VarPackage.
Term package(const Terms& elements);
// Package (count) { ... } with the count as a term: what ASL writes for a computed one.
Term var_package(const Term& count, const Terms& elements);

// "PNP0A08": three upper-case letters, four upper-case hexadecimal digits.
constexpr bool is_eisa_id(std::string_view text) {
  if (text.size() != 7) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool letter = text[i] >= 'A' && text[i] <= 'Z';
    const bool hex = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'A' && text[i] <= 'F');
    if (i < 3 ? !letter : !hex) return false;
  }
  return true;
}

// ACPI 6.5, 19.3.4: five bits a letter, four a digit, in big-endian order. `text` is_eisa_id.
std::uint32_t compressed_eisa_id(std::string_view text);

// EisaId ("PNP0A08") is "PNP0A08"_eisa; anything else does not compile.
template <Literal kText>
requires(is_eisa_id(kText.view())) Term operator""_eisa() {
  return integer(compressed_eisa_id(kText.view()));
}

}  // namespace unpark::aml
