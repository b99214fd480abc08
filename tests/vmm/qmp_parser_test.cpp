// SPDX-License-Identifier: Apache-2.0
#include "vmm/qmp_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace unpark {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::string_literals;

// Documents as they are, errors with an exclamation mark in front.
std::vector<std::string> feed(QmpParser& parser, std::string_view bytes) {
  std::vector<std::string> out;
  while (const auto document = parser.next(bytes)) {
    out.push_back(*document ? **document : "!" + document->error().description);
  }
  EXPECT_THAT(bytes, IsEmpty());
  return out;
}
std::vector<std::string> parse(std::string_view bytes) {
  QmpParser parser;
  return feed(parser, bytes);
}

TEST(QmpParser, TakesAnyWhiteSpaceAndSeveralDocumentsInOnePacket) {
  EXPECT_THAT(parse("{\"execute\":\"a\"}{\"execute\":\"b\"}\r\n\t {\"execute\"\n:\r\n\"c\"}"),
              ElementsAre("{\"execute\":\"a\"}", "{\"execute\":\"b\"}", "{\"execute\":\"c\"}"));
}

TEST(QmpParser, TakesADocumentInAnyNumberOfPackets) {
  const std::string text = R"({"a": [1.5e-3, true, null, "x\u00e9\n"], 'b': {}})";
  QmpParser whole, single;
  std::vector<std::string> bytewise;
  for (const char c : text) {
    for (auto& document : feed(single, std::string_view{&c, 1})) bytewise.push_back(document);
  }
  EXPECT_EQ(bytewise, feed(whole, text));
  EXPECT_THAT(bytewise, ElementsAre(R"({"a":[1.5e-3,true,null,"x\u00e9\n"],"b":{}})"));
}

TEST(QmpParser, AnswersADocumentBeforeTheNextIsThere) {
  QmpParser parser;
  std::string_view input = "{} {\"exec";
  EXPECT_TRUE(parser.next(input).has_value());
  EXPECT_EQ(input, " {\"exec");
}

TEST(QmpParser, ConvertsSingleQuotedStrings) {
  EXPECT_THAT(parse("{'execute':'query-status','id':6}"),
              ElementsAre(R"({"execute":"query-status","id":6})"));
  EXPECT_THAT(parse(R"({'id':'a"b\'c'})"), ElementsAre(R"({"id":"a\"b'c"})"));
  EXPECT_THAT(parse(R"({"id":"a'b\'c"})"), ElementsAre(R"({"id":"a'b'c"})"));
}

TEST(QmpParser, TakesScalarsAtTheTop) {
  EXPECT_THAT(parse("true\n42 \"str\"\n"), ElementsAre("true", "42", "\"str\""));
}

struct BadDocument {
  std::string_view why;
  std::string input;
  std::string sentence;  // QEMU 7.2's, unless `why` says otherwise
};
void PrintTo(const BadDocument& d, std::ostream* out) {
  *out << d.why;
}
class QmpParserRefuses : public testing::TestWithParam<BadDocument> {};

TEST_P(QmpParserRefuses, WithOneSentenceAndReadsTheNextDocument) {
  EXPECT_THAT(parse(GetParam().input + "{\"next\":1}"),
              ElementsAre("!" + GetParam().sentence, "{\"next\":1}"));
}

const BadDocument kBadDocuments[] = {
    {"value missing", "{\"execute\": }", "JSON parse error, expecting value"},
    {"comma before the end of an object", "{\"execute\":\"a\",}",
     "JSON parse error, expecting value"},
    {"comma before the end of an array", "[1,]", "JSON parse error, expecting value"},
    {"closing brace alone", "}", "JSON parse error, expecting value"},
    {"closing bracket alone", "]", "JSON parse error, expecting value"},
    {"colon alone", ":", "JSON parse error, expecting value"},
    {"wrong closing", "[}", "JSON parse error, expecting value"},
    {"crossed closing is one document", "[{]}", "JSON parse error, expecting value"},
    {"no comma in an object", "{\"a\":\"b\" \"id\":1}",
     "JSON parse error, expected separator in dict"},
    {"no comma in an array", "[1 2]", "JSON parse error, expected separator in list"},
    {"no colon", "{\"execute\" \"a\"}", "JSON parse error, missing : in object pair"},
    {"number as key", "{1:2}", "JSON parse error, key is not a string in object"},
    {"object as key", "{{}:2}", "JSON parse error, key is not a string in object"},
    {"keyword as key", "{true:2}", "JSON parse error, key is not a string in object"},
    {"unknown keyword", "nope\n", "JSON parse error, invalid keyword 'nope'"},
    {"keyword cut short", "{\"id\":tru}", "JSON parse error, invalid keyword 'tru'"},
    {"first error of several is told", "{\"id\":tru, 5 6}",
     "JSON parse error, invalid keyword 'tru'"},
    {"unknown escape", "{\"id\":\"\\q\"}", "JSON parse error, invalid escape sequence in string"},
    {"short unicode escape", "{\"id\":\"\\u12\"}",
     "JSON parse error, \\u12\" is not a valid Unicode character"},
    {"high surrogate alone", "{\"id\":\"\\ud800\"}",
     "JSON parse error, \\ud800 is not a valid Unicode character"},
    {"high surrogate before another character", "{\"id\":\"\\ud800x\"}",
     "JSON parse error, \\ud800 is not a valid Unicode character"},
    {"low surrogate alone", "{\"id\":\"\\udc00\"}",
     "JSON parse error, \\udc00 is not a valid Unicode character"},
    {"UTF-8 cut by a character", "{\"id\":\"\xc3(\"}",
     "JSON parse error, invalid UTF-8 sequence in string"},
    {"UTF-8 cut by the end", "{\"id\":\"\xe2\x82\"}",
     "JSON parse error, invalid UTF-8 sequence in string"},
    {"UTF-8 in its overlong form", "{\"id\":\"\xc0\xaf\"}",
     "JSON parse error, invalid UTF-8 sequence in string"},
    {"surrogate in UTF-8", "{\"id\":\"\xed\xa0\x80\"}",
     "JSON parse error, invalid UTF-8 sequence in string"},
    {"beyond U+10FFFF", "{\"id\":\"\xf4\x90\x80\x80\"}",
     "JSON parse error, invalid UTF-8 sequence in string"},
    // QEMU gives a second error for the bracket that is left over by the next five.
    {"character of no token", "{\"execute\": @}", "JSON parse error, stray '@'"},
    {"not a number", "{\"id\":NaN}", "JSON parse error, stray 'N'"},
    {"nested deeper than the error", "{\"id\":[@, {}, []]}", "JSON parse error, stray '@'"},
    {"comment", "/* c */\n", "JSON parse error, stray '/'"},
    {"byte order mark", "\xef\xbb\xbf", "JSON parse error, stray '\xef'"},
    {"minus alone", "-\n", "JSON parse error, stray '-\n'"},
    {"exponent without digits", "1.5e\n", "JSON parse error, stray '1.5e\n'"},
    {"fraction without digits", "[1.]", "JSON parse error, stray '1.]'"},
    {"leading zero", "[01]", "JSON parse error, stray '01]'"},
    {"escape sequence of a terminal",
     "\x1b"
     "A\n",
     "JSON parse error, stray '\x1b'"},
    {"line end in a string", "{\"id\":\"a\n", "JSON parse error, stray '\"a\n'"},
    {"NUL in a string", "{\"id\":\"a\0"s, "JSON parse error, stray '\"a\0'"s},
    {"FFh in a string", "{\"id\":\"\xff", "JSON parse error, stray '\"\xff'"},
    {"control character between tokens", "{\"id\":\x01", "JSON parse error, stray '\x01'"},
};
INSTANTIATE_TEST_SUITE_P(Documents, QmpParserRefuses, testing::ValuesIn(kBadDocuments));

// QEMU's clients send FFh to get rid of whatever was left half-sent.
TEST(QmpParser, ControlCharacterOrFfStartsAfreshInsideADocument) {
  for (const char reset : {'\xff', '\x00', '\x01', '\x1f'}) {
    EXPECT_THAT(parse("{\"a\":[[{\"b\":\"c" + std::string{reset} + "{\"next\":1}"),
                ElementsAre(HasSubstr("stray"), "{\"next\":1}"));
  }
}

TEST(QmpParser, BinaryLineGivesOneError) {
  std::string line = "\x80\x00\x02\x7f\xfe\xc3\x28 abc 123 \"\n"s;
  EXPECT_THAT(parse(line + "{\"next\":1}"), ElementsAre(HasSubstr("stray"), "{\"next\":1}"));
}

TEST(QmpParser, NestsAsDeepAsQemuAndNoDeeper) {
  const auto nested = [](int depth) {
    const auto n = static_cast<std::size_t>(depth);
    return std::string(n, '[') + std::string(n, ']');
  };
  EXPECT_THAT(parse(nested(1024)), ElementsAre(nested(1024)));
  EXPECT_THAT(parse(nested(1025) + "{\"next\":1}"),
              ElementsAre("!JSON nesting depth limit exceeded", "{\"next\":1}"));
  EXPECT_THAT(parse(nested(100000) + "{\"next\":1}"),
              ElementsAre("!JSON nesting depth limit exceeded", "{\"next\":1}"));
}

TEST(QmpParser, TakesAMebibyteAndNoMore) {
  const auto of_size = [](std::size_t n) { return "{\"a\":\"" + std::string(n - 8, 'x') + "\"}"; };
  EXPECT_THAT(parse("  " + of_size(1048576)), ElementsAre(SizeIs(1048576)));
  EXPECT_THAT(parse(of_size(1048577) + "\n{\"next\":1}"),
              ElementsAre("!JSON input is larger than 1048576 bytes", "{\"next\":1}"));
  EXPECT_THAT(parse(of_size(5000000) + "{\"next\":1}"),
              ElementsAre("!JSON input is larger than 1048576 bytes", "{\"next\":1}"));
}

TEST(QmpParser, WhiteSpaceInsideADocumentCountsAndOutsideDoesNot) {
  const std::string blanks(2000000, ' ');
  EXPECT_THAT(parse(blanks + "{}"), ElementsAre("{}"));
  EXPECT_THAT(parse("{" + blanks + "}{}"), ElementsAre(HasSubstr("larger"), "{}"));
}

TEST(QmpParser, LongWordsAreShortenedInTheSentence) {
  const std::string word(100000, 'x');
  EXPECT_THAT(parse(word + "\n"),
              ElementsAre("!JSON parse error, invalid keyword '" + word.substr(0, 32) + "'"));
}

}  // namespace
}  // namespace unpark
