// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "bench/report.h"
#include "devices/result.h"
#include "vmm/sys_error.h"

namespace unpark::bench {

inline constexpr std::string_view kSchema = "unpark-bench-1";

// The largest file that is read, in bytes. 10 000 samples of 3 peers on 60 machines take 15 MB.
inline constexpr std::size_t kMaxReportBytes = std::size_t{64} << 20;

// One line of ASCII with a newline at its end. Bytes that are not UTF-8 become U+FFFD.
std::string json_of(const Report& report);

// Reads what json_of() has written, perhaps with members that this version does not know. The error
// begins with a verb, to follow the file's name: "is not JSON from byte 7 on". Summaries are
// calculated again from the samples; one that says otherwise is refused.
Result<Report, Error> read_report(std::string_view text);

}  // namespace unpark::bench
