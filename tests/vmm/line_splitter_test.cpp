// SPDX-License-Identifier: Apache-2.0
#include "vmm/line_splitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace unpark {
namespace {

using testing::ElementsAre;

// Appended, not added: g++ 12 takes std::string(n, c) + "..." for an overrun.
std::string line_of(std::size_t length, char c) {
  std::string line(length, c);
  line += '\n';
  return line;
}

struct Splitter : testing::Test {
  void feed(std::string_view text) {
    splitter.feed(text, [this](std::string_view line) { lines.emplace_back(line); });
  }
  LineSplitter splitter;
  std::vector<std::string> lines;
};

TEST_F(Splitter, GivesLinesHoweverTheTextIsCut) {
  for (const char c : std::string{"one\ntwo\n\nthree"}) feed({&c, 1});
  EXPECT_THAT(lines, ElementsAre("one", "two", ""));
  feed(" and\nfour\nfi");
  EXPECT_THAT(lines, ElementsAre("one", "two", "", "three and", "four"));
}

TEST_F(Splitter, TakesALineOfTheGreatestLength) {
  feed(line_of(1024, 'x'));
  EXPECT_THAT(lines, ElementsAre(std::string(1024, 'x')));
}

TEST_F(Splitter, DropsALineThatIsTooLongAndNoOther) {
  feed("before\n");
  for (int i = 0; i < 1000; ++i) feed(std::string(1025, 'x'));
  feed("its end\nafter\n");
  feed(line_of(1025, 'y'));
  feed("last\n");
  EXPECT_THAT(lines, ElementsAre("before", "after", "last"));
}

}  // namespace
}  // namespace unpark
