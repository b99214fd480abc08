// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace unpark {

// Makes lines of pieces of text. A line that is longer than kLongest is dropped whole: nothing
// grows with what comes in.
class LineSplitter {
 public:
  static constexpr std::size_t kLongest = 1024;  // bytes, without the newline
  using Sink = std::function<void(std::string_view line)>;

  void feed(std::string_view text, const Sink& sink);

 private:
  std::string part_;
  bool too_long_ = false;
};

}  // namespace unpark
