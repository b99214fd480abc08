// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
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
  // `folder` is made if it is missing; empty: none. Writes beside the files, as NAME.part, which
  // take their places once they are whole.
  static Result<ReportFiles, Error> open(const std::string& folder);
  ReportFiles(ReportFiles&&) noexcept = default;
  ReportFiles& operator=(ReportFiles&&) = delete;
  ~ReportFiles();
  // To the files, and as JSON to standard output as well if asked.
  Result<Done, Error> write(const bench::Report& report, bool to_stdout);

 private:
  struct File {
    std::string path;
    UniqueFd part;  // none: it has taken its place
  };
  ReportFiles() = default;
  static Result<Done, SysError> fill(File& file, std::string_view text);
  std::vector<File> files_;  // none, or report.json and report.html
};

}  // namespace unpark::measure
