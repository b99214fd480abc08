// SPDX-License-Identifier: Apache-2.0
#include "vmm/file_source.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace unpark {

Result<std::shared_ptr<const FileSource>, Error> FileSource::open(std::string_view what,
                                                                  const std::string& path,
                                                                  const SizeRule& size_rule) {
  RegularFile file = TRY(open_regular_file(what, path, "", size_rule));
  return std::make_shared<const FileSource>(fmt::format("{} {}", what, path), std::move(file));
}

void FileSource::read(std::size_t offset, std::span<std::byte> into) const {
  while (!into.empty()) {
    const ssize_t n = ::pread(file_.fd.get(), into.data(), into.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      if (!warned_.exchange(true))
        spdlog::warn("{}: byte {} cannot be read: {}; the guest finds zeros there", name_, offset,
                     n == 0 ? "the file has become shorter" : describe(SysError{"pread", errno}));
      std::fill(into.begin(), into.end(), std::byte{0});
      return;
    }
    offset += static_cast<std::size_t>(n);
    into = into.subspan(static_cast<std::size_t>(n));
  }
}

}  // namespace unpark
