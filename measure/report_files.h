// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "bench/report.h"
#include "devices/result.h"
#include "vmm/fd.h"
#include "vmm/sys_error.h"

namespace unpark::measure {

// Where a report goes: report.json and report.html in a folder, or nowhere. Opened before anything
// is measured: a run of half an hour must not end at a folder that cannot be written.
class ReportFiles {
 public:
  // `folder` is made if it is missing; empty: none. What the files held stays until write().
  static Result<ReportFiles, Error> open(const std::string& folder);
  // To the files, and as JSON to standard output as well if asked.
  Result<Done, Error> write(const bench::Report& report, bool to_stdout);

 private:
  std::string folder_;
  UniqueFd json_, html_;
};

}  // namespace unpark::measure
