// SPDX-License-Identifier: Apache-2.0
#include "acpi/aml_term.h"

#include <cassert>
#include <utility>

namespace unpark::aml {
namespace {

constexpr std::size_t kLargestOneByte = 0x3f;

// Lead byte: bits 7:6 number of bytes that follow, then the low four bits of the value.
Bytes lead_and(unsigned following, std::size_t value) {
  Bytes out{static_cast<std::uint8_t>(following << 6 | (value & 0x0f))};
  for (unsigned i = 0; i < following; ++i) {
    out.push_back(static_cast<std::uint8_t>(value >> (4 + 8 * i)));
  }
  return out;
}

constexpr bool fits(unsigned following, std::size_t value) {
  return following == 0 ? value <= kLargestOneByte : value < std::size_t{1} << (4 + 8 * following);
}

// How many bytes must follow the lead byte of a length that counts itself.
unsigned bytes_following(std::size_t body) {
  unsigned following = 0;
  while (following < 3 && !fits(following, body + 1 + following)) ++following;
  assert(fits(following, body + 1 + following) && "AML packages end at 256 MiB");
  return following;
}

Bytes with_length(unsigned following, std::size_t value) {
  return following == 0 ? Bytes{static_cast<std::uint8_t>(value)} : lead_and(following, value);
}

}  // namespace

Bytes package_length(std::size_t body) {
  const unsigned following = bytes_following(body);
  return with_length(following, body + 1 + following);
}

Bytes encoded_length(std::size_t value) {
  return with_length(bytes_following(value), value);
}

Term operation(std::initializer_list<std::uint8_t> opcode, std::initializer_list<Term> operands) {
  Bytes out(opcode);
  for (const Term& operand : operands) put(out, operand.bytes);
  return Term{std::move(out)};
}

Term package_operation(std::initializer_list<std::uint8_t> opcode, Bytes head,
                       const Terms& children) {
  Bytes body = std::move(head);
  for (const Term& child : children) put(body, child.bytes);
  Bytes out(opcode);
  put(out, package_length(body.size()));
  put(out, body);
  return Term{std::move(out)};
}

Term sequence(const Terms& terms) {
  Bytes out;
  for (const Term& term : terms) put(out, term.bytes);
  return Term{std::move(out)};
}

}  // namespace unpark::aml
