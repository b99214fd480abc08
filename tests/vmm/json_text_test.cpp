// SPDX-License-Identifier: Apache-2.0
#include "vmm/json_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace unpark {
namespace {

TEST(JsonText, DuplicateKeysAreRefusedHoweverTheyAreSpelt) {
  const auto refused = [](std::string_view text) {
    const auto json = parse_json(text);
    return json ? std::string{"taken"} : json.error();
  };
  EXPECT_EQ(refused(R"({"a":1,"a":2})"), "JSON parse error, duplicate key");
  EXPECT_EQ(refused(R"({"id":[{"a":1,"\u0061":2}]})"), "JSON parse error, duplicate key");
  EXPECT_EQ(refused(R"({"a":{"a":1},"b":{"a":1}})"), "taken");
}

TEST(JsonText, NumberOutOfRangeIsASentenceAndNotInfinity) {
  const auto json = parse_json(R"({"id":1e400})");
  ASSERT_FALSE(json.has_value());
  EXPECT_EQ(json.error(), "JSON parse error, a number is out of range");
}

TEST(JsonText, IsAsciiWhateverTheBytes) {
  EXPECT_EQ(json_string("\xc3\xa9\xf0\x9f\x98\x80\x7f").text, R"("\u00e9\ud83d\ude00\u007f")");
  EXPECT_EQ(json_string("a\xff\"\n").text, R"("a\ufffd\"\n")");
}

}  // namespace
}  // namespace unpark
