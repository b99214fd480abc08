// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "devices/result.h"
#include "vmm/fd.h"
#include "vmm/sys_error.h"

namespace unpark {

// Why a file of so many bytes, 1 at least, will not do; nothing when it will.
using SizeRule = std::function<std::optional<std::string>(std::uint64_t size)>;

struct RegularFile {
  UniqueFd fd;
  std::uint64_t size = 0;
};
// Opens a regular file that is not empty. Errors are "WHAT PATH: why", as below.
Result<RegularFile, Error> open_regular_file(std::string_view what, const std::string& path,
                                             std::string_view advice, const SizeRule& size_rule);

// The whole range, at `offset`. What cannot be read is zero then; EIO: the file ends before it.
Result<Done, SysError> read_at(int fd, std::uint64_t offset, std::span<std::byte> into);

// Reads a regular file that is not empty. Errors are "WHAT PATH: why": missing, unreadable, not a
// regular file, empty (both followed by `advice`), what `size_rule` says, shorter than it was.
Result<std::vector<std::byte>, Error> read_whole_file(std::string_view what,
                                                      const std::string& path,
                                                      std::string_view advice,
                                                      const SizeRule& size_rule);

}  // namespace unpark
