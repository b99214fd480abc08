// SPDX-License-Identifier: Apache-2.0
#include "bench/wording.h"

#include <fmt/format.h>

#include <cmath>

namespace unpark::bench {

namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

std::string grouped(double whole) {
  const std::string digits = fmt::format("{:.0f}", whole);
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out;
}

// Bytes of the UTF-8 sequence that `text` begins with (RFC 3629 section 4, without its finer points
// on the second byte); 0 if it is none.
std::size_t sequence(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead < 0x80                   ? 1
                           : lead >= 0xc2 && lead < 0xe0 ? 2
                           : lead >= 0xe0 && lead < 0xf0 ? 3
                           : lead >= 0xf0 && lead < 0xf5 ? 4
                                                         : 0;
  if (size == 0 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if (!continues(text[i])) return 0;
  return size;
}

// C0, DEL, C1, and what turns the direction of text (U+202A to U+202E, U+2066 to U+2069).
bool steers(std::string_view sequence) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(sequence[i]); };
  if (sequence.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7f;
  if (sequence.size() == 2) return byte(0) == 0xc2 && byte(1) < 0xa0;
  if (sequence.size() != 3 || byte(0) != 0xe2) return false;
  return (byte(1) == 0x80 && byte(2) >= 0xaa && byte(2) <= 0xae) ||
         (byte(1) == 0x81 && byte(2) >= 0xa6 && byte(2) <= 0xa9);
}

}  // namespace

std::string figure(double n) {
  if (n < 0) return "-" + figure(-n);
  if (n == 0) return "0";
  if (!std::isfinite(n) || n < 0.001 || n >= 1e8) return fmt::format("{:.3g}", n);
  if (n >= 999.5) return grouped(n);
  if (n == std::floor(n)) return fmt::format("{:.0f}", n);
  const int before = n >= 99.95 ? 3 : n >= 9.995 ? 2 : 1;
  return fmt::format("{:.{}f}", n, n < 0.0995 ? 4 : n < 0.9995 ? 3 : 3 - before);
}

std::string round_figure(double n) {
  std::string text = figure(n);
  if (text.find('.') == std::string::npos || text.find('e') != std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string range(const Interval& i) {
  return fmt::format("{} to {}", figure(i.low), figure(i.high));
}

std::string machine_of(const Bench& b) {
  std::string text = fmt::format("{} CPU{}", b.cpus, b.cpus == 1 ? "" : "s");
  if (b.parked > 0) text += fmt::format(", {} parked", b.parked);
  return text;
}

std::string place_of(const Bench& b) {
  std::string text = machine_of(b);
  if (b.state == "halted")
    text += ", the others halted";
  else if (b.state == "user")
    text += ", the others in user mode";
  else if (b.state == "pio")
    text += ", the others in port I/O";
  else if (!b.state.empty())
    text += ", " + b.state;
  return text;
}

std::string_view word_of(Verdict verdict) {
  return verdict == Verdict::kMet ? "met" : "missed";
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t size = sequence(text);
    if (size == 0 || steers(text.substr(0, size)))
      out += kReplacement;
    else
      out += text.substr(0, size);
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return out;
}

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (const char c : text) width += continues(c) ? 0 : 1;
  return width;
}

std::string fitted(std::string_view text, std::size_t width) {
  const std::size_t has = width_of(text);
  if (has <= width) return std::string(text) + std::string(width - has, ' ');
  const std::string_view dots = std::string_view("...").substr(0, width);
  const std::size_t keep = width - dots.size();
  std::size_t bytes = 0, taken = 0;
  while (bytes < text.size() && (taken < keep || continues(text[bytes])))
    taken += continues(text[bytes++]) ? 0 : 1;
  return std::string(text.substr(0, bytes)) + std::string(dots);
}

}  // namespace unpark::bench
