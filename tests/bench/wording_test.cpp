// SPDX-License-Identifier: Apache-2.0
#include "bench/wording.h"

#include <gtest/gtest.h>

#include <limits>

#include "bench/html_text.h"
#include "bench/svg_scale.h"
#include "bench/text_lines.h"

namespace unpark::bench {
namespace {

TEST(Figure, HasThreeDigitsThatCountOrAllOfAWholeNumber) {
  EXPECT_EQ(figure(0), "0");
  EXPECT_EQ(figure(0.05), "0.0500");
  EXPECT_EQ(figure(0.62), "0.620");
  EXPECT_EQ(figure(1.149), "1.15");
  EXPECT_EQ(figure(12.34), "12.3");
  EXPECT_EQ(figure(99.96), "100");
  EXPECT_EQ(figure(7), "7");
  EXPECT_EQ(figure(999.6), "1,000");
  EXPECT_EQ(figure(12'345.6), "12,346");
  EXPECT_EQ(figure(9'876'543), "9,876,543");
  EXPECT_EQ(figure(-12.34), "-12.3");
}

TEST(Figure, OfWhatNoBenchMeasuresIsShort) {
  for (const double n : {1e308, 1e15, 1e-300, 123456789.0, std::numeric_limits<double>::infinity(),
                         -std::numeric_limits<double>::quiet_NaN()})
    EXPECT_LE(figure(n).size(), 10u) << figure(n);
}

TEST(RoundFigure, HasNoZerosAtItsEnd) {
  EXPECT_EQ(round_figure(0.6), "0.6");
  EXPECT_EQ(round_figure(1.15), "1.15");
  EXPECT_EQ(round_figure(100), "100");
  EXPECT_EQ(round_figure(0), "0");
}

TEST(Printable, LeavesNothingThatSteersATerminal) {
  EXPECT_EQ(printable("a\033[2Jb"), "a\xef\xbf\xbd[2Jb");
  EXPECT_EQ(printable("a\nb\r\t"),
            "a\xef\xbf\xbd"
            "b\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "\xef\xbf\xbd"
            "31m")
      << "CSI of C1";
  EXPECT_EQ(printable("\xe2\x80\xae"), "\xef\xbf\xbd") << "right-to-left override";
  EXPECT_EQ(printable("\xe2\x81\xa9"), "\xef\xbf\xbd") << "pop directional isolate";
}

TEST(Printable, KeepsTextAndReplacesWhatIsNoUtf8) {
  EXPECT_EQ(printable("d\xc3\xa9j\xc3\xa0 \xe2\x82\xac \xf0\x9f\x98\x80"),
            "d\xc3\xa9j\xc3\xa0 \xe2\x82\xac \xf0\x9f\x98\x80");
  EXPECT_EQ(printable("\xff"), "\xef\xbf\xbd");
  EXPECT_EQ(printable("\xc3"), "\xef\xbf\xbd");
  EXPECT_EQ(printable("\xc0\xaf"), "\xef\xbf\xbd\xef\xbf\xbd") << "an overlong slash";
}

TEST(Fitted, CountsCodePoints) {
  EXPECT_EQ(fitted("abc", 5), "abc  ");
  EXPECT_EQ(fitted("abcdef", 5), "ab...");
  EXPECT_EQ(fitted("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 5), "\xc3\xa9\xc3\xa9...");
  EXPECT_EQ(fitted("abc", 2), "..");
  EXPECT_EQ(fitted("abc", 0), "");
}

TEST(Wrapped, BreaksAtBlanksAndIndents) {
  EXPECT_EQ(wrapped("W: ", "one two three four five six seven", 24, Paint(false), Colour::kNone),
            "W: one two three four\n   five six seven\n");
  EXPECT_EQ(wrapped("", "abcdefghijklmnopqrstuvwxyz", 20, Paint(false), Colour::kNone),
            "abcdefghijklmnopqrst\nuvwxyz\n");
  EXPECT_EQ(wrapped("W: ", "", 24, Paint(false), Colour::kNone), "W: \n");
}

TEST(Escaped, LeavesNothingThatIsMarkup) {
  EXPECT_EQ(escaped("<script>alert('a\" & b')</script>"),
            "&lt;script&gt;alert(&#39;a&quot; &amp; b&#39;)&lt;/script&gt;");
}

std::vector<double> values(const std::vector<Tick>& ticks) {
  std::vector<double> all;
  all.reserve(ticks.size());
  for (const Tick& t : ticks) all.push_back(t.value);
  return all;
}

TEST(Ticks, AreRoundValues) {
  EXPECT_EQ(values(linear_ticks(0, 105, 5)), (std::vector<double>{0, 50, 100}));
  EXPECT_EQ(values(log_ticks(9, 120)), (std::vector<double>{10, 20, 50, 100}));
  EXPECT_EQ(values(log_ticks(1, 20'000)), (std::vector<double>{1, 10, 100, 1000, 10'000}));
  EXPECT_EQ(log_ticks(9, 120).front().label, "10");
}

TEST(Ticks, AreFewOnAnyAxis) {
  EXPECT_LE(log_ticks(1e-300, 1e15).size(), 10u);
  EXPECT_LE(log_ticks(5e-324, 1e-323).size(), 50u);
  EXPECT_LE(log_ticks(1, 1 + 1e-15).size(), 50u);
  EXPECT_TRUE(linear_ticks(3, 3, 5).empty());
}

TEST(Scale, PlacesValuesAndKeepsThemInTheFrame) {
  const Scale log(Scale::Kind::kLog, 1, 100, 0, 200), down(Scale::Kind::kLinear, 0, 10, 100, 0);
  EXPECT_DOUBLE_EQ(log(10), 100);
  EXPECT_DOUBLE_EQ(log(0), 0);
  EXPECT_DOUBLE_EQ(log(1e9), 200);
  EXPECT_DOUBLE_EQ(down(2.5), 75);
}

}  // namespace
}  // namespace unpark::bench
