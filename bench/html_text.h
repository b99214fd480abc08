// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

namespace unpark::bench {

// Text for HTML, between tags or in a quoted attribute. Made printable first, so that no string of
// a report can end an element, open one, steer or turn round the text.
std::string escaped(std::string_view text);

// Which of the page's six colours and dashes a peer has: "p0" for unpark, "p1" for qemu, "p2" for
// bare, one of "p3" to "p5" for others.
std::string_view colour_class(std::string_view peer);

}  // namespace unpark::bench
