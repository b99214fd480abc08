// SPDX-License-Identifier: Apache-2.0
#include "guest/body/line.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "guest/body/report.h"

namespace unpark::guest {
namespace {

TEST(Line, WritesNumbersAsPeopleReadThem) {
  EXPECT_EQ(Line{}.dec(0).view(), "0");
  EXPECT_EQ(Line{}.dec(std::numeric_limits<std::uint64_t>::max()).view(), "18446744073709551615");
  EXPECT_EQ(Line{}.hex(0).view(), "0x0");
  EXPECT_EQ(Line{}.hex(0x30000).view(), "0x30000");
  EXPECT_EQ(Line{}.hex(~std::uint64_t{0}).view(), "0xffffffffffffffff");
}

TEST(Line, AnOffsetAlwaysHasItsSign) {
  EXPECT_EQ(Line{}.offset(0).view(), "+0");
  EXPECT_EQ(Line{}.offset(12345).view(), "+12345");
  EXPECT_EQ(Line{}.offset(-1).view(), "-1");
  EXPECT_EQ(Line{}.offset(std::numeric_limits<std::int64_t>::min()).view(), "-9223372036854775808");
}

TEST(Line, CutsOffWhatDoesNotFit) {
  const std::string much(1000, 'x');
  const Line line = Line{}.text("begin ").text(much);
  EXPECT_EQ(line.view().size(), 240u);
  EXPECT_TRUE(line.view().starts_with("begin xxx"));
}

TEST(Report, IsANameFollowedByPairs) {
  Report report("smbase-in-tseg");
  report.dec("cpu", 2).hex("was", 0x30000).range("tseg", 0x7f000000, 0x7fffffff);
  EXPECT_EQ(report.view(), " smbase-in-tseg cpu=2 was=0x30000 tseg=0x7f000000-0x7fffffff");
}

TEST(Report, MayHaveNoName) {
  Report report("");
  EXPECT_EQ(report.dec("cpu", 2).text("machine", "unpark").view(), " cpu=2 machine=unpark");
}

}  // namespace
}  // namespace unpark::guest
