// SPDX-License-Identifier: Apache-2.0
#include "vmm/qmp_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace unpark {
namespace {

constexpr std::size_t kShown = 32;  // bytes of a bad token in the sentence about it

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_keyword_char(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_number_char(char c) {
  return is_digit(c) || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}
// No document holds them, white space aside, and QEMU's clients send them to start afresh.
bool is_reset(char c) {
  const auto byte = static_cast<std::uint8_t>(c);
  return byte < 0x20 || byte >= 0xfe;
}

std::size_t digits(std::string_view& s) {
  const auto end = std::find_if_not(s.begin(), s.end(), is_digit);
  const auto n = static_cast<std::size_t>(end - s.begin());
  s.remove_prefix(n);
  return n;
}

// RFC 8259 section 6: [-] int [frac] [exp]
bool is_number(std::string_view s) {
  const auto take = [&s](char c) {
    const bool there = !s.empty() && s.front() == c;
    if (there) s.remove_prefix(1);
    return there;
  };
  take('-');
  const bool zero = !s.empty() && s.front() == '0';
  const std::size_t whole = digits(s);
  if (whole == 0 || (zero && whole > 1)) return false;
  if (take('.') && digits(s) == 0) return false;
  if (take('e') || take('E')) {
    if (!take('+')) take('-');
    if (digits(s) == 0) return false;
  }
  return s.empty();
}

}  // namespace

std::optional<QmpParser::Document> QmpParser::next(std::string_view& input) {
  while (!input.empty() && !ready_) {
    if (consumed_ == kMaxDocument) {
      abandon(fmt::format("JSON input is larger than {} bytes", kMaxDocument));
      break;
    }
    if (step(input.front()) == Taken::kNo) continue;
    input.remove_prefix(1);
    const bool in_document = !text_.empty() || nesting() > 0;
    if (in_document) ++consumed_;
  }
  return std::exchange(ready_, std::nullopt);
}

QmpParser::Taken QmpParser::step(char c) {
  switch (state_) {
    case State::kBetweenTokens:
      return start(c);
    case State::kString:
      return string(c);
    case State::kNumber:
      return number(c);
    case State::kKeyword:
      return keyword(c);
    case State::kSkipping:
      return skip(c);
  }
  return Taken::kYes;
}

QmpParser::Taken QmpParser::start(char c) {
  if (is_space(c)) return Taken::kYes;
  token_start_ = text_.size();
  if (c == '"' || c == '\'') {
    string_.begin(c, text_);
    state_ = State::kString;
    return Taken::kYes;
  }
  if (is_digit(c) || c == '-') {
    state_ = State::kNumber;
    return Taken::kNo;
  }
  if (is_keyword_char(c)) {
    state_ = State::kKeyword;
    return Taken::kNo;
  }
  return punctuation(c);
}

QmpParser::Taken QmpParser::punctuation(char c) {
  const auto token = [c]() -> std::optional<JsonToken> {
    switch (c) {
      case '{':
        return JsonToken::kObjectBegin;
      case '}':
        return JsonToken::kObjectEnd;
      case '[':
        return JsonToken::kArrayBegin;
      case ']':
        return JsonToken::kArrayEnd;
      case ':':
        return JsonToken::kColon;
      case ',':
        return JsonToken::kComma;
      default:
        return std::nullopt;
    }
  }();
  if (!token) return lexical_error(c);
  braces_ += (c == '{') - (c == '}');
  brackets_ += (c == '[') - (c == ']');
  if (nesting() > kMaxNesting) {
    abandon("JSON nesting depth limit exceeded");
    return Taken::kYes;
  }
  text_ += c;
  end_of_token(*token);
  return Taken::kYes;
}

QmpParser::Taken QmpParser::string(char c) {
  switch (string_.step(c, text_)) {
    case JsonStringScanner::Step::kMore:
      break;
    case JsonStringScanner::Step::kLexicalError:
      return lexical_error(c);
    case JsonStringScanner::Step::kEnd:
      if (!string_.error().empty()) grammar_.fail(string_.error());
      end_of_token(JsonToken::kString);
      break;
  }
  return Taken::kYes;
}

QmpParser::Taken QmpParser::number(char c) {
  if (is_number_char(c)) {
    text_ += c;
    return Taken::kYes;
  }
  if (is_number(word())) {
    end_of_token(JsonToken::kNumber);
    return Taken::kNo;
  }
  return lexical_error(c);
}

QmpParser::Taken QmpParser::keyword(char c) {
  if (is_keyword_char(c)) {
    text_ += c;
    return Taken::kYes;
  }
  end_of_token(JsonToken::kKeyword);
  return Taken::kNo;
}

QmpParser::Taken QmpParser::skip(char c) {
  const bool line_ends = c == '\n' || c == '\r';
  const bool document_ends = (c == '}' || c == ']') && skip_nesting_ > 0 && --skip_nesting_ == 0;
  if (line_ends || document_ends) {
    state_ = State::kBetweenTokens;
  } else if (is_reset(c) && c != '\t') {
    skip_nesting_ = 0;
  } else if (c == '{' || c == '[') {
    if (skip_nesting_ == 0) {
      state_ = State::kBetweenTokens;  // nothing is open: a document begins
      return Taken::kNo;
    }
    ++skip_nesting_;
  }
  return Taken::kYes;
}

void QmpParser::end_of_token(JsonToken token) {
  grammar_.token(token, token == JsonToken::kKeyword ? word() : std::string_view{});
  state_ = State::kBetweenTokens;
  if (braces_ >= 0 && brackets_ >= 0 && nesting() > 0) return;
  ready_ = grammar_.error().empty() ? Document{std::move(text_)}
                                    : Document{Unexpected{Error{grammar_.error()}}};
  start_afresh();
}

QmpParser::Taken QmpParser::lexical_error(char offending) {
  const std::string shown = std::string{word().substr(0, kShown)} + offending;
  abandon(fmt::format("JSON parse error, stray '{}'", shown));
  return Taken::kNo;  // it may be what ends the skipping
}

void QmpParser::abandon(std::string description) {
  ready_ = Document{Unexpected{Error{std::move(description)}}};
  skip_nesting_ = nesting();
  start_afresh();
  state_ = State::kSkipping;
}

void QmpParser::start_afresh() {
  state_ = State::kBetweenTokens;
  text_.clear();
  token_start_ = consumed_ = 0;
  braces_ = brackets_ = 0;
  grammar_.reset();
}

std::string_view QmpParser::word() const {
  return std::string_view{text_}.substr(token_start_);
}

}  // namespace unpark
