// SPDX-License-Identifier: Apache-2.0
#include "vmm/vars_file_private.h"

#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace unpark {

Result<VarsFile, Error> open_private_vars(const std::string& template_path,
                                          std::uint64_t code_size) {
  std::error_code code;
  const auto temp = std::filesystem::temp_directory_path(code);
  std::string folder = (temp / "unpark-vars-XXXXXX").string();
  if (code || ::mkdtemp(folder.data()) == nullptr)
    return Unexpected{Error{fmt::format(
        "no folder for this machine's VARS can be made in {}: {}; give --vars FILE, or another "
        "folder in TMPDIR",
        temp.string(), code ? code.message() : describe(SysError{"mkdtemp", errno}))}};
  const std::string path = folder + "/vars.fd";
  auto file = VarsFile::open(path, template_path, code_size);
  ::unlink(path.c_str());
  ::rmdir(folder.c_str());
  return file;
}

}  // namespace unpark
