// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <span>

// Declares lab_guest::NAME(), the bytes between `guest NAME` and `guest_end NAME` of a .S file.
#define LAB_GUEST(name)                                                    \
  extern "C" const std::byte lab_guest_##name[], lab_guest_##name##_end[]; \
  namespace lab_guest {                                                    \
  inline std::span<const std::byte> name() {                               \
    return {lab_guest_##name, lab_guest_##name##_end};                     \
  }                                                                        \
  }                                                                        \
  static_assert(true)
