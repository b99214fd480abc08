// SPDX-License-Identifier: Apache-2.0
#include "vmm/line_splitter.h"

namespace unpark {

void LineSplitter::feed(std::string_view text, const Sink& sink) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view piece = text.substr(0, end);
    too_long_ = too_long_ || part_.size() + piece.size() > kLongest;
    if (too_long_)
      part_.clear();
    else
      part_ += piece;
    if (end == std::string_view::npos) return;
    if (!too_long_) sink(part_);
    part_.clear();
    too_long_ = false;
    text.remove_prefix(end + 1);
  }
}

}  // namespace unpark
