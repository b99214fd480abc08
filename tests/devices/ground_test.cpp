// SPDX-License-Identifier: Apache-2.0
// Strong numbers, ranges, fields and register tables: what everything else stands on.
#include <gtest/gtest.h>

#include <limits>
#include <type_traits>

#include "devices/field.h"
#include "devices/range.h"
#include "devices/register_table.h"
#include "devices/types.h"

namespace unpark::test {
namespace {

// ---- types

template <class A, class B>
concept Addable = requires(A a, B b) {
  a + b;
};
static_assert(Addable<Gpa, std::uint64_t> && !Addable<Gpa, Gpa> && !Addable<Port, int>);
static_assert(!std::is_convertible_v<std::uint64_t, Gpa> && !std::is_convertible_v<Port, Gpa>);
static_assert(Gpa{0x10} + 4 == Gpa{0x14} && Gpa{0x14} - Gpa{0x10} == 4 && Gpa{1} < Gpa{2});

// ---- ranges

TEST(Range, IsNeverEmptyAndNeverWraps) {
  EXPECT_EQ(Range<Gpa>::make(Gpa{0x1000}, 0).error(), RangeError::kEmpty);
  EXPECT_EQ(Range<Port>::make(Port{0xffff}, 2).error(), RangeError::kWraps);
  EXPECT_EQ(Range<Gpa>::make(Gpa{2}, std::numeric_limits<std::uint64_t>::max()).error(),
            RangeError::kWraps);
}

TEST(Range, ReachesTheLastAddress) {
  EXPECT_TRUE(Range<Port>::make(Port{0xffff}, 1)->contains(Port{0xffff}));
  EXPECT_EQ(Range<Gpa>::make(Gpa{1}, ~std::uint64_t{0})->last(), ~std::uint64_t{0});
}

TEST(Range, ContainsItsEndsAndNotTheirNeighbours) {
  const auto r = *Range<Port>::make(Port{0x600}, 0x80);
  EXPECT_FALSE(r.contains(Port{0x5ff}));
  EXPECT_TRUE(r.contains(Port{0x600}));
  EXPECT_TRUE(r.contains(Port{0x67f}));
  EXPECT_FALSE(r.contains(Port{0x680}));
}

TEST(Range, OverlapsFromOneSharedAddressOn) {
  const auto r = *Range<Port>::make(Port{0x10}, 4);
  EXPECT_TRUE(r.overlaps(*Range<Port>::make(Port{0x13}, 1)));
  EXPECT_TRUE(r.overlaps(*Range<Port>::make(Port{0}, 0x11)));
  EXPECT_TRUE(r.overlaps(*Range<Port>::make(Port{0}, 0x100)));
  EXPECT_FALSE(r.overlaps(*Range<Port>::make(Port{0x14}, 4)));
  EXPECT_FALSE(r.overlaps(*Range<Port>::make(Port{0}, 0x10)));
}

// ---- fields

using SleepType = Field<12, 10, std::uint8_t>;
static_assert(SleepType::kMask == 0x1c00 && SleepType::kWidth == 3);
static_assert(SleepType::get(std::uint16_t{0x1400}) == 5);
static_assert(SleepType::with(std::uint16_t{0xffff}, 0) == 0xe3ff);
static_assert(SleepType::with(std::uint16_t{0}, 0xff) == 0x1c00, "does not spill over");
static_assert(Field<63, 0>::kMask == ~std::uint64_t{0});
static_assert(Field<7, 7, bool>::get(std::uint8_t{0x80}));

// ---- register tables

TEST(RegisterInfo, WritesOnlyWritableBitsAndClearsOnOne) {
  constexpr RegisterInfo kInfo{"x", 0, 2, 0, 0x00f0, 0x000f};
  EXPECT_EQ(kInfo.after_write(0x000f, 0x0005), 0x000au);
  EXPECT_EQ(kInfo.after_write(0x000f, 0x0000), 0x000fu);
  EXPECT_EQ(kInfo.after_write(0x0000, 0xffff), 0x00f0u);
  EXPECT_EQ(kInfo.after_write(0x00f0, 0x0000), 0x0000u);
  EXPECT_EQ(kInfo.after_write(0xff00, 0x0000), 0xff00u);  // read-only bits stay
}

constexpr std::array<RegisterInfo, 2> kGood{{{"a", 0, 2, 0, 0, 0}, {"b", 2, 4, 0, 0, 0}}};
constexpr std::array<RegisterInfo, 2> kGap{{{"a", 0, 2, 0, 0, 0}, {"b", 3, 4, 0, 0, 0}}};
constexpr std::array<RegisterInfo, 1> kBothWays{{{"a", 0, 1, 0, 1, 1}}};
static_assert(is_packed(kGood, 6) && !is_packed(kGood, 7) && !is_packed(kGap, 7));
static_assert(!is_packed(kBothWays, 1), "a bit is either plain or write-1-to-clear");

}  // namespace
}  // namespace unpark::test
