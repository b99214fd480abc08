// SPDX-License-Identifier: Apache-2.0
#include "guest/body/report.h"

#include "guest/chips/serial.h"

namespace unpark::guest {

namespace {
constinit std::uint32_t failed = 0;
}  // namespace

std::uint32_t failures() {
  return failed;
}

bool Report::verdict(bool passed) const {
  if (!passed) ++failed;
  say(passed ? "PASS" : "FAIL");
  return passed;
}

void Report::say(std::string_view kind) const {
  Line whole;
  whole.text("unpark-guest: ").text(kind).text(line_.view());
  write_serial(whole.view());
  write_serial("\n");
}

}  // namespace unpark::guest
