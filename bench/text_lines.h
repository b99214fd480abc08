// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "vmm/terminal.h"

namespace unpark::bench {

// `text` in lines of at most `columns`, the first after `first`, the others after as many blanks;
// broken at blanks, and inside words that are longer than a line. `text` is made printable.
std::string wrapped(std::string_view first, std::string_view text, std::size_t columns,
                    const Paint& paint, Colour colour);

}  // namespace unpark::bench
