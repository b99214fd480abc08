// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace unpark {

enum class JsonToken : std::uint8_t {
  kObjectBegin,
  kObjectEnd,
  kArrayBegin,
  kArrayEnd,
  kColon,
  kComma,
  kString,
  kNumber,
  kKeyword,
};

// Follows a document token by token (RFC 8259 section 2) and keeps the first error, in QEMU's
// words. It exists because the JSON library cannot say "expecting value" apart from the rest.
class JsonGrammar {
 public:
  // `word` is the keyword's spelling; other tokens have none.
  void token(JsonToken token, std::string_view word = {});
  // An error inside a token, e.g. a bad escape. Only the first is kept.
  void fail(std::string sentence);
  // Empty if the document has been right so far.
  [[nodiscard]] const std::string& error() const { return error_; }
  void reset() { *this = JsonGrammar{}; }

 private:
  enum class Expect : std::uint8_t {
    kValue,
    kValueOrEnd,
    kKey,
    kKeyOrEnd,
    kColon,
    kSeparator,
    kNothing,
  };
  enum class Container : std::uint8_t { kObject, kArray };

  void value(JsonToken token, std::string_view word);
  void key(JsonToken token, std::string_view word);
  void separator(JsonToken token);
  void close();

  std::vector<Container> open_;
  Expect expect_ = Expect::kValue;
  std::string error_;
};

}  // namespace unpark
