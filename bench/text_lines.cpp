// SPDX-License-Identifier: Apache-2.0
#include "bench/text_lines.h"

#include <algorithm>

#include "bench/wording.h"

namespace unpark::bench {

namespace {

// Bytes of the first `columns` code points.
std::size_t bytes_of(std::string_view text, std::size_t columns) {
  std::size_t bytes = 0;
  while (bytes < text.size() && width_of(text.substr(0, bytes + 1)) <= columns) ++bytes;
  return bytes;
}

}  // namespace

std::string wrapped(std::string_view first, std::string_view text, std::size_t columns,
                    const Paint& paint, Colour colour) {
  const std::string all = printable(text);
  const std::size_t indent = width_of(first);
  const std::size_t room = std::max<std::size_t>(columns > indent ? columns - indent : 0, 20);
  std::string_view rest = all;
  std::string out, before(first);
  do {
    std::size_t end = bytes_of(rest, room);
    if (end < rest.size()) {
      const std::size_t blank = rest.substr(0, end + 1).rfind(' ');
      if (blank != std::string_view::npos && blank > 0) end = blank;
    }
    out += paint(colour, before + std::string(rest.substr(0, end))) + "\n";
    rest.remove_prefix(end);
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    before = std::string(indent, ' ');
  } while (!rest.empty());
  return out;
}

}  // namespace unpark::bench
