// SPDX-License-Identifier: Apache-2.0
#include "acpi/aml_statement.h"

namespace unpark::aml {
namespace {

// ACPI 6.5, 20.3.
constexpr std::uint8_t kExtOpPrefix = 0x5b;
constexpr std::uint8_t kAcquireOp = 0x23;  // after the prefix
constexpr std::uint8_t kReleaseOp = 0x27;  // after the prefix
constexpr std::uint8_t kNotifyOp = 0x86;
constexpr std::uint8_t kContinueOp = 0x9f;
constexpr std::uint8_t kIfOp = 0xa0;
constexpr std::uint8_t kElseOp = 0xa1;
constexpr std::uint8_t kWhileOp = 0xa2;
constexpr std::uint8_t kReturnOp = 0xa4;
constexpr std::uint8_t kBreakOp = 0xa5;

}  // namespace

Term if_(const Term& predicate, const Terms& then) {
  return package_operation({kIfOp}, predicate.bytes, then);
}

Term else_(const Terms& otherwise) {
  return package_operation({kElseOp}, {}, otherwise);
}

Term while_(const Term& predicate, const Terms& body) {
  return package_operation({kWhileOp}, predicate.bytes, body);
}

Term break_() {
  return operation({kBreakOp}, {});
}

Term continue_() {
  return operation({kContinueOp}, {});
}

Term return_(const Term& value) {
  return operation({kReturnOp}, {value});
}

Term notify(const Name& object, const Term& value) {
  return operation({kNotifyOp}, {object, value});
}

Term acquire(const Name& mutex, std::uint16_t timeout) {
  Bytes wait;
  put_le(wait, timeout);
  return operation({kExtOpPrefix, kAcquireOp}, {mutex, Term{std::move(wait)}});
}

Term release(const Name& mutex) {
  return operation({kExtOpPrefix, kReleaseOp}, {mutex});
}

Term call(const Name& method, const Terms& arguments) {
  return operation({}, {method, sequence(arguments)});
}

}  // namespace unpark::aml
