// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "acpi/aml_term.h"

// Values and what is computed from them, ACPI 6.5, 20.2.5.4 and 20.2.6. Terms whose ASL name is a
// C++ keyword end in an underscore.
namespace unpark::aml {

Term local(unsigned index);  // Local0 ... Local7
Term arg(unsigned index);    // Arg0 ... Arg6

// The target of a result that only the enclosing term uses.
Term nowhere();

Term store(const Term& value, const Term& target);

Term add(const Term& a, const Term& b, const Term& target = nowhere());
Term subtract(const Term& a, const Term& b, const Term& target = nowhere());
Term multiply(const Term& a, const Term& b, const Term& target = nowhere());
Term divide(const Term& dividend, const Term& divisor, const Term& remainder = nowhere(),
            const Term& quotient = nowhere());
Term mod(const Term& dividend, const Term& divisor, const Term& target = nowhere());
Term shift_left(const Term& value, const Term& count, const Term& target = nowhere());
Term shift_right(const Term& value, const Term& count, const Term& target = nowhere());
Term and_(const Term& a, const Term& b, const Term& target = nowhere());
Term or_(const Term& a, const Term& b, const Term& target = nowhere());
Term xor_(const Term& a, const Term& b, const Term& target = nowhere());
Term not_(const Term& value, const Term& target = nowhere());
Term increment(const Term& variable);
Term decrement(const Term& variable);

Term l_and(const Term& a, const Term& b);
Term l_or(const Term& a, const Term& b);
Term l_not(const Term& a);
Term l_equal(const Term& a, const Term& b);
Term l_not_equal(const Term& a, const Term& b);
Term l_less(const Term& a, const Term& b);
Term l_less_equal(const Term& a, const Term& b);
Term l_greater(const Term& a, const Term& b);
Term l_greater_equal(const Term& a, const Term& b);

Term index(const Term& container, const Term& position, const Term& target = nowhere());
Term size_of(const Term& object);
Term ref_of(const Term& object);
Term cond_ref_of(const Term& object, const Term& target = nowhere());
Term deref_of(const Term& reference);

}  // namespace unpark::aml
