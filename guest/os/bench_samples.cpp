// SPDX-License-Identifier: Apache-2.0
#include "guest/os/bench_samples.h"

#include "guest/body/line.h"
#include "guest/body/report.h"
#include "guest/chips/serial.h"

namespace unpark::guest::os {

namespace {
constexpr std::size_t kFull = 200;  // of the 240 bytes of a line: another sample fits
}

void Series::tell(std::string_view name, std::string_view state, std::uint32_t lost) const {
  for (std::uint32_t i = 0; i < count_;) {
    Line line;
    line.text("unpark-guest: SAMPLES ").text(name).text(" state=").text(state).text(" at=").dec(i);
    while (i < count_ && line.view().size() < kFull) line.text(" ").dec(samples_[i++]);
    write_serial(line.text("\n").view());
  }
  Report(name).text("state", state).dec("count", count_).dec("lost", lost).say("MEASURED");
}

}  // namespace unpark::guest::os
