// SPDX-License-Identifier: Apache-2.0
#include "measure/report_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string_view>

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

Result<Done, SysError> replace(const UniqueFd& file, std::string_view text) {
  if (::ftruncate(file.get(), 0) != 0) return Unexpected{SysError{"ftruncate", errno}};
  return write_all(file.get(), text);
}

}  // namespace

Result<ReportFiles, Error> ReportFiles::open(const std::string& folder) {
  ReportFiles files;
  files.folder_ = folder;
  if (folder.empty()) return files;
  std::error_code ignored;  // then opening says why
  std::filesystem::create_directories(folder, ignored);
  for (const auto& [name, fd] :
       {std::pair{"report.json", &files.json_}, {"report.html", &files.html_}}) {
    const std::string path = fmt::format("{}/{}", folder, name);
    *fd = UniqueFd{::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666)};
    if (!*fd)
      return Unexpected{Error{fmt::format("--output {}: {} cannot be written: {}", folder, path,
                                          describe(SysError{"open", errno}))}};
  }
  return files;
}

Result<Done, Error> ReportFiles::write(const bench::Report& report, bool to_stdout) {
  const std::string json = bench::json_of(report);
  const auto fail = [](const std::string& what, const SysError& e) {
    return Unexpected{Error{fmt::format("{} could not be written: {}", what, describe(e))}};
  };
  if (to_stdout)
    if (const auto r = write_all(STDOUT_FILENO, json); !r)
      return fail("standard output", r.error());
  if (folder_.empty()) return Done{};
  if (const auto r = replace(json_, json); !r) return fail(folder_ + "/report.json", r.error());
  if (const auto r = replace(html_, bench::html_of(report)); !r)
    return fail(folder_ + "/report.html", r.error());
  return Done{};
}

}  // namespace unpark::measure
