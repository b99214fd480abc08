// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "devices/result.h"
#include "vmm/json_grammar.h"
#include "vmm/json_string_scanner.h"

namespace unpark {

// Cuts a client's bytes into JSON documents: any white space or none between them, any number in
// one packet, one in any number of packets. Single-quoted strings are accepted, as QEMU does.
//
// Every bad document gives one error, and the next one is read as if nothing had been. After an
// error inside a document the rest is skipped, up to the bracket that closes it or the end of the
// line. A control character or the byte FFh, which no document holds, always starts afresh.
class QmpParser {
 public:
  static constexpr std::size_t kMaxDocument = std::size_t{1} << 20;  // bytes; QEMU: 64 MiB
  static constexpr int kMaxNesting = 1024;                           // as QEMU

  struct Error {
    std::string description;  // a sentence for the client
  };
  // The text of one document, with double quotes throughout. It is well-formed but for what only
  // its values tell: a number too large, a key that comes twice.
  using Document = Result<std::string, Error>;

  // Takes from the front of `input` until a document has ended, well or badly. Nothing: all of it
  // was taken and the document goes on.
  std::optional<Document> next(std::string_view& input);

 private:
  enum class State : std::uint8_t { kBetweenTokens, kString, kNumber, kKeyword, kSkipping };
  // kNo: `c` ends what came before it, and is to be looked at again.
  enum class Taken : std::uint8_t { kYes, kNo };

  Taken step(char c);
  Taken start(char c);
  Taken punctuation(char c);
  Taken string(char c);
  Taken number(char c);
  Taken keyword(char c);
  Taken skip(char c);

  // A token has ended; the document too, unless a bracket is open.
  void end_of_token(JsonToken token);
  Taken lexical_error(char offending);
  void abandon(std::string description);
  void start_afresh();
  [[nodiscard]] std::string_view word() const;
  [[nodiscard]] int nesting() const { return braces_ + brackets_; }

  State state_ = State::kBetweenTokens;
  std::string text_;             // the document so far
  std::size_t token_start_ = 0;  // in text_
  std::size_t consumed_ = 0;     // bytes of this document
  // Counted apart, as QEMU does: "[{]}" is then one bad document rather than two.
  int braces_ = 0, brackets_ = 0;
  int skip_nesting_ = 0;  // brackets that are to be closed before skipping ends
  JsonStringScanner string_;
  JsonGrammar grammar_;
  std::optional<Document> ready_;
};

}  // namespace unpark
