// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cassert>
#include <type_traits>
#include <utility>
#include <variant>

namespace unpark {

// Errors are values. The member names are those of std::expected (C++23), so that the alias can be
// swapped the day every supported compiler has it; g++ 12 in C++20 and clang 14 do not.
template <class E>
struct Unexpected {
  E error;
};
template <class E>
Unexpected(E) -> Unexpected<E>;

// The value of a Result that carries none.
struct Done {};

template <class T, class E>
class [[nodiscard]] Result {
  static_assert(!std::is_same_v<T, E>, "value and error must differ in type");

 public:
  constexpr Result(T value) : v_(std::in_place_index<0>, std::move(value)) {}
  template <class G>
  requires std::is_convertible_v<G, E>
  constexpr Result(Unexpected<G> u) : v_(std::in_place_index<1>, std::move(u.error)) {}

  [[nodiscard]] constexpr bool has_value() const { return v_.index() == 0; }
  constexpr explicit operator bool() const { return has_value(); }

  constexpr T& value() & { return assert(has_value()), std::get<0>(v_); }
  constexpr T&& value() && { return assert(has_value()), std::move(std::get<0>(v_)); }
  constexpr const T& value() const& { return assert(has_value()), std::get<0>(v_); }
  constexpr T& operator*() & { return value(); }
  constexpr const T& operator*() const& { return value(); }
  constexpr T&& operator*() && { return std::move(*this).value(); }
  constexpr T* operator->() { return &value(); }
  constexpr const T* operator->() const { return &value(); }
  constexpr E& error() & { return assert(!has_value()), std::get<1>(v_); }
  constexpr const E& error() const& { return assert(!has_value()), std::get<1>(v_); }
  constexpr E&& error() && { return assert(!has_value()), std::move(std::get<1>(v_)); }
  template <class U>
  constexpr T value_or(U&& other) const& {
    return has_value() ? value() : static_cast<T>(std::forward<U>(other));
  }

 private:
  std::variant<T, E> v_;
};

}  // namespace unpark

// `auto fd = TRY(open(...));`: the value, or return the error from the enclosing function. A GNU
// statement expression, which g++ and clang++ both have.
#define TRY(expr)                                                  \
  __extension__({                                                  \
    auto&& try_result_ = (expr);                                   \
    if (!try_result_) [[unlikely]]                                 \
      return ::unpark::Unexpected{std::move(try_result_).error()}; \
    *std::move(try_result_);                                       \
  })
