// SPDX-License-Identifier: Apache-2.0
#include "vmm/guest_report.h"

#include <algorithm>

namespace unpark {

namespace {

// Takes the first word off `rest`.
std::string_view take_word(std::string_view& rest) {
  const auto begin = std::min(rest.find_first_not_of(' '), rest.size());
  const auto end = std::min(rest.find(' ', begin), rest.size());
  const auto word = rest.substr(begin, end - begin);
  rest.remove_prefix(end);
  return word;
}

// A guest's bytes end up on a terminal: no control characters.
std::string printable(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return out;
}

}  // namespace

std::optional<GuestLine> parse_guest_line(std::string_view line) {
  constexpr std::string_view kPrefix = "unpark-guest:";
  if (!line.starts_with(kPrefix)) return std::nullopt;
  std::string_view rest = line.substr(kPrefix.size());
  GuestLine out;
  out.kind = printable(take_word(rest));
  if (out.kind.empty()) return std::nullopt;
  // READY and DONE have no name: their first word is a pair already.
  std::string_view after = rest;
  if (const auto word = take_word(after); word.find('=') == std::string_view::npos) {
    out.name = printable(word);
    rest = after;
  }
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  out.details = printable(rest);
  return out;
}

void GuestReport::add(std::string_view bytes) {
  for (const char c : bytes) {
    if (c == '\n') {
      if (!partial_.empty() && partial_.back() == '\r') partial_.pop_back();
      if (auto line = parse_guest_line(partial_); line && lines_.size() < kMostLines)
        lines_.push_back(*std::move(line));
      partial_.clear();
    } else if (partial_.size() < kLongestLine) {
      partial_.push_back(c);
    }
  }
}

std::vector<GuestLine> GuestReport::of_kind(std::string_view kind) const {
  std::vector<GuestLine> out;
  std::copy_if(lines_.begin(), lines_.end(), std::back_inserter(out),
               [&](const GuestLine& l) { return l.kind == kind; });
  return out;
}

}  // namespace unpark
