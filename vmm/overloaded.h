// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace unpark {

// std::visit with one lambda per alternative: a new alternative does not compile until each visit
// has an answer for it.
template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

}  // namespace unpark
