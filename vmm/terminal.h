// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

namespace unpark {

// Whether descriptor `fd` is a terminal that shows colour. NO_COLOR and TERM=dumb say no;
// CLICOLOR_FORCE says yes for a descriptor that leads to a terminal somewhere else, as the lab's
// does.
bool shows_colour(int fd);

// Columns of the terminal behind `fd`; COLUMNS or 120 if it is none.
int columns_of(int fd);

enum class Colour { kNone, kRed, kGreen, kYellow, kBold, kDim };

// Wraps text in colours if `on`.
class Paint {
 public:
  explicit Paint(bool on) : on_(on) {}
  [[nodiscard]] std::string operator()(Colour colour, std::string_view text) const;

 private:
  bool on_;
};

}  // namespace unpark
