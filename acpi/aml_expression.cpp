// SPDX-License-Identifier: Apache-2.0
#include "acpi/aml_expression.h"

#include <cassert>

namespace unpark::aml {
namespace {

// ACPI 6.5, 20.3.
constexpr std::uint8_t kNullTarget = 0x00;
constexpr std::uint8_t kExtOpPrefix = 0x5b;
constexpr std::uint8_t kCondRefOfOp = 0x12;  // after the prefix
constexpr std::uint8_t kLocal0Op = 0x60;
constexpr std::uint8_t kArg0Op = 0x68;
constexpr std::uint8_t kStoreOp = 0x70;
constexpr std::uint8_t kRefOfOp = 0x71;
constexpr std::uint8_t kAddOp = 0x72;
constexpr std::uint8_t kSubtractOp = 0x74;
constexpr std::uint8_t kIncrementOp = 0x75;
constexpr std::uint8_t kDecrementOp = 0x76;
constexpr std::uint8_t kMultiplyOp = 0x77;
constexpr std::uint8_t kDivideOp = 0x78;
constexpr std::uint8_t kShiftLeftOp = 0x79;
constexpr std::uint8_t kShiftRightOp = 0x7a;
constexpr std::uint8_t kAndOp = 0x7b;
constexpr std::uint8_t kOrOp = 0x7d;
constexpr std::uint8_t kXorOp = 0x7f;
constexpr std::uint8_t kNotOp = 0x80;
constexpr std::uint8_t kDerefOfOp = 0x83;
constexpr std::uint8_t kModOp = 0x85;
constexpr std::uint8_t kSizeOfOp = 0x87;
constexpr std::uint8_t kIndexOp = 0x88;
constexpr std::uint8_t kLAndOp = 0x90;
constexpr std::uint8_t kLOrOp = 0x91;
constexpr std::uint8_t kLNotOp = 0x92;
constexpr std::uint8_t kLEqualOp = 0x93;
constexpr std::uint8_t kLGreaterOp = 0x94;
constexpr std::uint8_t kLLessOp = 0x95;

Term numbered(std::uint8_t first, unsigned index, [[maybe_unused]] unsigned count) {
  assert(index < count);
  return Term{Bytes{static_cast<std::uint8_t>(first + index)}};
}

}  // namespace

Term local(unsigned index) {
  return numbered(kLocal0Op, index, 8);
}
Term arg(unsigned index) {
  return numbered(kArg0Op, index, 7);
}
Term nowhere() {
  return Term{Bytes{kNullTarget}};
}

Term store(const Term& value, const Term& target) {
  return operation({kStoreOp}, {value, target});
}

Term add(const Term& a, const Term& b, const Term& target) {
  return operation({kAddOp}, {a, b, target});
}
Term subtract(const Term& a, const Term& b, const Term& target) {
  return operation({kSubtractOp}, {a, b, target});
}
Term multiply(const Term& a, const Term& b, const Term& target) {
  return operation({kMultiplyOp}, {a, b, target});
}
Term divide(const Term& dividend, const Term& divisor, const Term& remainder,
            const Term& quotient) {
  return operation({kDivideOp}, {dividend, divisor, remainder, quotient});
}
Term mod(const Term& dividend, const Term& divisor, const Term& target) {
  return operation({kModOp}, {dividend, divisor, target});
}
Term shift_left(const Term& value, const Term& count, const Term& target) {
  return operation({kShiftLeftOp}, {value, count, target});
}
Term shift_right(const Term& value, const Term& count, const Term& target) {
  return operation({kShiftRightOp}, {value, count, target});
}
Term and_(const Term& a, const Term& b, const Term& target) {
  return operation({kAndOp}, {a, b, target});
}
Term or_(const Term& a, const Term& b, const Term& target) {
  return operation({kOrOp}, {a, b, target});
}
Term xor_(const Term& a, const Term& b, const Term& target) {
  return operation({kXorOp}, {a, b, target});
}
Term not_(const Term& value, const Term& target) {
  return operation({kNotOp}, {value, target});
}
Term increment(const Term& variable) {
  return operation({kIncrementOp}, {variable});
}
Term decrement(const Term& variable) {
  return operation({kDecrementOp}, {variable});
}

Term l_and(const Term& a, const Term& b) {
  return operation({kLAndOp}, {a, b});
}
Term l_or(const Term& a, const Term& b) {
  return operation({kLOrOp}, {a, b});
}
Term l_not(const Term& a) {
  return operation({kLNotOp}, {a});
}
Term l_equal(const Term& a, const Term& b) {
  return operation({kLEqualOp}, {a, b});
}
Term l_less(const Term& a, const Term& b) {
  return operation({kLLessOp}, {a, b});
}
Term l_greater(const Term& a, const Term& b) {
  return operation({kLGreaterOp}, {a, b});
}
// AML has no opcodes for these three: they are the negations.
Term l_not_equal(const Term& a, const Term& b) {
  return l_not(l_equal(a, b));
}
Term l_less_equal(const Term& a, const Term& b) {
  return l_not(l_greater(a, b));
}
Term l_greater_equal(const Term& a, const Term& b) {
  return l_not(l_less(a, b));
}

Term index(const Term& container, const Term& position, const Term& target) {
  return operation({kIndexOp}, {container, position, target});
}
Term size_of(const Term& object) {
  return operation({kSizeOfOp}, {object});
}
Term ref_of(const Term& object) {
  return operation({kRefOfOp}, {object});
}
Term cond_ref_of(const Term& object, const Term& target) {
  return operation({kExtOpPrefix, kCondRefOfOp}, {object, target});
}
Term deref_of(const Term& reference) {
  return operation({kDerefOfOp}, {reference});
}

}  // namespace unpark::aml
