// SPDX-License-Identifier: Apache-2.0
#include "devices/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace unpark::test {
namespace {

Result<int, std::string> half(int v) {
  if (v % 2 != 0) return Unexpected{std::string{"odd: "} + std::to_string(v)};
  return v / 2;
}
Result<int, std::string> quarter(int v) {
  const int h = TRY(half(v));
  return TRY(half(h));
}
Result<std::unique_ptr<int>, std::string> boxed(int v) {
  return std::make_unique<int>(v);
}
Result<int, std::string> unboxed(int v) {
  const auto p = TRY(boxed(v));
  return *p;
}
Result<Done, std::string> whole(int v) {
  TRY(half(v));
  return Done{};
}

TEST(Result, TryGivesTheValueOrReturnsTheFirstError) {
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_EQ(quarter(6).error(), "odd: 3");
  EXPECT_EQ(quarter(7).error(), "odd: 7");
}

TEST(Result, TryMovesMoveOnlyValues) {
  EXPECT_EQ(*unboxed(3), 3);
}

TEST(Result, CarriesSuccessWithoutAValue) {
  EXPECT_TRUE(whole(2));
  EXPECT_FALSE(whole(1));
}

TEST(Result, ValueOrReplacesAnError) {
  EXPECT_EQ(half(4).value_or(9), 2);
  EXPECT_EQ(half(3).value_or(9), 9);
}

TEST(Result, ConvertsErrorsThatConvert) {
  const Result<int, std::string> r = Unexpected{"literal"};
  EXPECT_EQ(r.error(), "literal");
}

}  // namespace
}  // namespace unpark::test
