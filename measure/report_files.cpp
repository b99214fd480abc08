// SPDX-License-Identifier: Apache-2.0
#include "measure/report_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <utility>

#include "bench/html_report.h"
#include "bench/report_json.h"

namespace unpark::measure {

namespace {

Result<Done, SysError> write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Unexpected{SysError{"write", errno}};
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return Done{};
}

}  // namespace

Result<ReportFiles, Error> ReportFiles::open(const std::string& folder) {
  ReportFiles out;
  if (folder.empty()) return out;
  std::error_code ignored;  // then opening says why
  std::filesystem::create_directories(folder, ignored);
  for (const char* name : {"report.json", "report.html"}) {
    const std::string path = fmt::format("{}/{}", folder, name);
    std::string part = path + ".XXXXXX";
    UniqueFd fd{::mkostemp(part.data(), O_CLOEXEC)};
    if (!fd)
      return Unexpected{Error{fmt::format("--output {}: {} cannot be written: {}", folder, path,
                                          describe(SysError{"mkostemp", errno}))}};
    out.files_.push_back({path, part, std::move(fd)});
  }
  return out;
}

ReportFiles::~ReportFiles() {
  for (const File& file : files_)
    if (file.fd) (void)::unlink(file.part.c_str());
}

Result<Done, Error> ReportFiles::write(const bench::Report& report, bool to_stdout) {
  const std::string json = bench::json_of(report);
  const auto fail = [](const std::string& what, const SysError& e) {
    return Unexpected{Error{fmt::format("{} could not be written: {}", what, describe(e))}};
  };
  if (to_stdout)
    if (const auto r = write_all(STDOUT_FILENO, json); !r)
      return fail("standard output", r.error());
  if (files_.empty()) return Done{};
  if (const auto r = write_all(files_[0].fd.get(), json); !r)
    return fail(files_[0].path, r.error());
  if (const auto r = write_all(files_[1].fd.get(), bench::html_of(report)); !r)
    return fail(files_[1].path, r.error());
  // As open() would have made them.
  const mode_t mask = ::umask(0);
  (void)::umask(mask);
  for (File& file : files_) {
    (void)::fchmod(file.fd.get(), 0666 & ~mask);
    if (::rename(file.part.c_str(), file.path.c_str()) != 0)
      return fail(file.path, {"rename", errno});
    file.fd = UniqueFd{};
  }
  return Done{};
}

}  // namespace unpark::measure
