// SPDX-License-Identifier: Apache-2.0
#include "vmm/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace unpark {

bool shows_colour(int fd) {
  const auto set = [](const char* name) {
    const char* value = std::getenv(name);
    return value && *value != '\0';
  };
  if (set("NO_COLOR")) return false;
  if (set("CLICOLOR_FORCE")) return true;
  const char* term = std::getenv("TERM");
  return ::isatty(fd) != 0 && term && std::string_view(term) != "dumb";
}

int columns_of(int fd) {
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const char* columns = std::getenv("COLUMNS");
  const int n = columns ? std::atoi(columns) : 0;
  return n > 0 ? n : 120;
}

std::string Paint::operator()(Colour colour, std::string_view text) const {
  if (!on_ || colour == Colour::kNone) return std::string(text);
  std::string_view code;
  switch (colour) {
    case Colour::kNone:
      break;
    case Colour::kRed:
      code = "31";
      break;
    case Colour::kGreen:
      code = "32";
      break;
    case Colour::kYellow:
      code = "33";
      break;
    case Colour::kBold:
      code = "1";
      break;
    case Colour::kDim:
      code = "2";
      break;
  }
  return fmt::format("\033[{}m{}\033[0m", code, text);
}

}  // namespace unpark
