// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace unpark {

// One line that the embedded guest writes on COM1 (guest/README.md):
//   unpark-guest: PASS smbase-in-tseg cpu=2 was=0x30000 now=0x7f7f8800
struct GuestLine {
  std::string kind;  // PASS, FAIL, SKIP, STEP, READY, DONE, ...
  std::string name;
  std::string details;  // the key=value pairs, as they stand
};

// Nothing: the line is not one of the guest's.
std::optional<GuestLine> parse_guest_line(std::string_view line);

// Collects lines from bytes as they come.
class GuestReport {
 public:
  void add(std::string_view bytes);
  [[nodiscard]] const std::vector<GuestLine>& lines() const { return lines_; }
  [[nodiscard]] std::vector<GuestLine> of_kind(std::string_view kind) const;

 private:
  // A guest may send anything: a line that does not end is cut at this length, and what comes after
  // this many lines is dropped.
  static constexpr std::size_t kLongestLine = 1024, kMostLines = 65536;
  std::string partial_;
  std::vector<GuestLine> lines_;
};

}  // namespace unpark
