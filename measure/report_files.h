// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "bench/report.h"
#include "devices/result.h"
#include "vmm/fd.h"
#include "vmm/sys_error.h"

namespace unpark::measure {

// Where a report goes: report.json and report.html in a folder, or nowhere. Opened before anything
// is measured: a run of half an hour must not end at a folder that cannot be written.
class ReportFiles {
 public:
  // `folder` is made if it is missing; empty: none. Writes to files beside them that
  // take their places once both are whole.
  static Result<ReportFiles, Error> open(const std::string& folder);
  ReportFiles(ReportFiles&&) noexcept = default;
  ReportFiles& operator=(ReportFiles&&) = delete;
  ~ReportFiles();
  // To the files, and as JSON to standard output as well if asked.
  Result<Done, Error> write(const bench::Report& report, bool to_stdout);

 private:
  struct File {
    std::string path, part;  // `part`: the file beside it
    UniqueFd fd;             // of `part`; none: it has taken its place
  };
  ReportFiles() = default;
  std::vector<File> files_;  // none, or report.json and report.html
};

}  // namespace unpark::measure
