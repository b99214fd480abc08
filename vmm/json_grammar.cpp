// SPDX-License-Identifier: Apache-2.0
#include "vmm/json_grammar.h"

#include <fmt/format.h>

#include <utility>

namespace unpark {
namespace {

constexpr std::size_t kShown = 32;  // of a word that is wrong, for the sentence

bool is_keyword(std::string_view word) {
  return word == "true" || word == "false" || word == "null";
}

}  // namespace

void JsonGrammar::fail(std::string sentence) {
  if (error_.empty()) error_ = std::move(sentence);
}

void JsonGrammar::token(JsonToken token, std::string_view word) {
  if (!error_.empty()) return;
  switch (expect_) {
    case Expect::kValue:
      return value(token, word);
    case Expect::kValueOrEnd:
      return token == JsonToken::kArrayEnd ? close() : value(token, word);
    case Expect::kKey:
      return key(token, word);
    case Expect::kKeyOrEnd:
      return token == JsonToken::kObjectEnd ? close() : key(token, word);
    case Expect::kColon:
      if (token != JsonToken::kColon) return fail("JSON parse error, missing : in object pair");
      expect_ = Expect::kValue;
      return;
    case Expect::kSeparator:
      return separator(token);
    case Expect::kNothing:
      return fail("JSON parse error, expecting end of input");
  }
}

void JsonGrammar::value(JsonToken token, std::string_view word) {
  switch (token) {
    case JsonToken::kObjectBegin:
      open_.push_back(Container::kObject);
      expect_ = Expect::kKeyOrEnd;
      return;
    case JsonToken::kArrayBegin:
      open_.push_back(Container::kArray);
      expect_ = Expect::kValueOrEnd;
      return;
    case JsonToken::kKeyword:
      if (!is_keyword(word)) {
        return fail(fmt::format("JSON parse error, invalid keyword '{}'", word.substr(0, kShown)));
      }
      [[fallthrough]];
    case JsonToken::kString:
    case JsonToken::kNumber:
      expect_ = open_.empty() ? Expect::kNothing : Expect::kSeparator;
      return;
    case JsonToken::kObjectEnd:
    case JsonToken::kArrayEnd:
    case JsonToken::kColon:
    case JsonToken::kComma:
      return fail("JSON parse error, expecting value");
  }
}

void JsonGrammar::key(JsonToken token, std::string_view word) {
  if (token != JsonToken::kString) {
    value(token, word);  // what is no value either is told so
    return fail("JSON parse error, key is not a string in object");
  }
  expect_ = Expect::kColon;
}

void JsonGrammar::separator(JsonToken token) {
  const bool object = open_.back() == Container::kObject;
  if (token == JsonToken::kComma) {
    expect_ = object ? Expect::kKey : Expect::kValue;
    return;
  }
  if (token == (object ? JsonToken::kObjectEnd : JsonToken::kArrayEnd)) return close();
  fail(object ? "JSON parse error, expected separator in dict"
              : "JSON parse error, expected separator in list");
}

void JsonGrammar::close() {
  open_.pop_back();
  expect_ = open_.empty() ? Expect::kNothing : Expect::kSeparator;
}

}  // namespace unpark
