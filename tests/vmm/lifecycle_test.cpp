// SPDX-License-Identifier: Apache-2.0
#include "vmm/lifecycle.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>

namespace unpark {
namespace {

using enum Lifecycle;

// The arrows of the drawing, retyped.
const std::set<std::pair<Lifecycle, Lifecycle>> kArrows = {
    {kAbsent, kParked},        // device_add
    {kAbsent, kWaitForSipi},   // cold boot
    {kParked, kWaitForSipi},   // unpark; machine reset
    {kParked, kAbsent},        // device_del of a never-claimed CPU
    {kWaitForSipi, kRunning},  // SIPI
    {kWaitForSipi, kAbsent},   // eject
    {kRunning, kWaitForSipi},  // machine reset
    {kRunning, kAbsent},       // eject
};

TEST(LifecycleTest, EveryPairIsAnArrowOrIsNot) {
  for (const Lifecycle from : kAllLifecycles)
    for (const Lifecycle to : kAllLifecycles)
      EXPECT_EQ(can_become(from, to), kArrows.contains({from, to}))
          << name_of(from) << " -> " << name_of(to);
}

// What the whole design is for.
TEST(LifecycleTest, NothingRunsThatWasParkedAndNotUnparked) {
  EXPECT_FALSE(can_become(kParked, kRunning));
  EXPECT_FALSE(can_become(kAbsent, kRunning));
}

TEST(LifecycleTest, ListHasEveryStateOnce) {
  EXPECT_EQ(std::set(kAllLifecycles.begin(), kAllLifecycles.end()).size(), 4u);
}

TEST(LifecycleTest, NamesAreThoseOfTheControlSocket) {
  EXPECT_EQ(name_of(kAbsent), "absent");
  EXPECT_EQ(name_of(kParked), "parked");
  EXPECT_EQ(name_of(kWaitForSipi), "wait-for-sipi");
  EXPECT_EQ(name_of(kRunning), "running");
}

}  // namespace
}  // namespace unpark
