// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "devices/step_port_spec.h"
#include "guest/layout.h"

namespace unpark::guest {

using spec::step_port::Step;

struct StepName {
  Step code;
  std::string_view label;
};

// The steps that the guest takes, in the order of the list.
inline constexpr std::array kGuestSteps = {
    StepName{spec::step_port::kStep04, "04"},   StepName{spec::step_port::kStep05, "05"},
    StepName{spec::step_port::kStep06, "06"},   StepName{spec::step_port::kStep07a, "07a"},
    StepName{spec::step_port::kStep07b, "07b"}, StepName{spec::step_port::kStep08a, "08a"},
    StepName{spec::step_port::kStep08b, "08b"}, StepName{spec::step_port::kStep09, "09"},
    StepName{spec::step_port::kStep10, "10"},   StepName{spec::step_port::kStep11, "11"},
    StepName{spec::step_port::kStep12, "12"},   StepName{spec::step_port::kStep13, "13"},
    StepName{spec::step_port::kStep14, "14"},   StepName{spec::step_port::kStep15, "15"},
};

constexpr std::size_t index_of(Step code) {
  std::size_t i = 0;
  while (i < kGuestSteps.size() && kGuestSteps[i].code != code) ++i;
  return i;
}

// When each step was taken, by the TSC; 0: not taken.
using StepTimes = std::array<std::uint64_t, kGuestSteps.size()>;

static_assert(GUEST_STEP_PORT == spec::step_port::kPort);
static_assert(GUEST_MARKER_RESET == spec::step_port::kMarkerReset);
static_assert(GUEST_STEP_08A == spec::step_port::kStep08a);
static_assert(GUEST_STEP_08B == spec::step_port::kStep08b);
static_assert(GUEST_STEP_10 == spec::step_port::kStep10);
static_assert(GUEST_STEP_13 == spec::step_port::kStep13);
static_assert(GUEST_STEP_14 == spec::step_port::kStep14);

}  // namespace unpark::guest
