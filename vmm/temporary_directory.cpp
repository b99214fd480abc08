// SPDX-License-Identifier: Apache-2.0
#include "vmm/temporary_directory.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace unpark {

Result<TemporaryDirectory, Error> TemporaryDirectory::create(std::string_view prefix) {
  std::error_code e;
  const auto parent = std::filesystem::temp_directory_path(e);
  if (e)
    return Unexpected{Error{fmt::format(
        "no place for temporary files: {}; set TMPDIR to a folder that exists", e.message())}};
  std::string path = (parent / fmt::format("{}XXXXXX", prefix)).string();
  if (::mkdtemp(path.data()) == nullptr)
    return Unexpected{Error{fmt::format("cannot make a temporary directory in {}: {}",
                                        parent.string(), describe(SysError{"mkdtemp", errno}))}};
  return TemporaryDirectory{std::move(path)};
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;  // nothing can be done about it here, and nothing depends on it
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace unpark
