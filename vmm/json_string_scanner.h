// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

#include "vmm/utf8_check.h"

namespace unpark {

// One string literal, from its opening quote to its closing one, rewritten with double quotes.
class JsonStringScanner {
 public:
  enum class Step : std::uint8_t { kMore, kEnd, kLexicalError };

  // `quote` opens the string: " or, as QEMU allows, '.
  void begin(char quote, std::string& out);
  // kLexicalError: `c` can be in no string, and was not appended.
  Step step(char c, std::string& out);
  // What is wrong with the string although its end could be found; empty if nothing.
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  enum class State : std::uint8_t { kPlain, kEscape, kUnicode };

  void plain(char c, std::string& out);
  void escape(char c, std::string& out);
  void unicode(char c, std::string& out);
  void end_of_unicode();
  // A \u escape of a high surrogate must be followed by one of a low surrogate.
  void expect_no_low_half();
  void fail(std::string sentence);

  State state_ = State::kPlain;
  char quote_ = '"';
  Utf8Check utf8_;
  std::string digits_;                 // of the \u escape being read
  std::string high_surrogate_digits_;  // waits for its low half
  std::string error_;
};

}  // namespace unpark
