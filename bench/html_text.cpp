// SPDX-License-Identifier: Apache-2.0
#include "bench/html_text.h"

#include <array>

#include "bench/wording.h"

namespace unpark::bench {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string_view colour_class(std::string_view peer) {
  if (peer == "unpark") return "p0";
  if (peer == "qemu") return "p1";
  if (peer == "bare") return "p2";
  constexpr std::array<std::string_view, 3> kOthers{"p3", "p4", "p5"};
  std::size_t sum = 0;
  for (const char c : peer) sum += static_cast<unsigned char>(c);
  return kOthers[sum % kOthers.size()];
}

}  // namespace unpark::bench
