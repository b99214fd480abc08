// SPDX-License-Identifier: Apache-2.0
#include "vmm/file_source.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <utility>

namespace unpark {

Result<std::shared_ptr<const FileSource>, Error> FileSource::open(std::string_view what,
                                                                  const std::string& path,
                                                                  const SizeRule& size_rule) {
  RegularFile file = TRY(open_regular_file(what, path, "", size_rule));
  return std::make_shared<const FileSource>(fmt::format("{} {}", what, path), std::move(file));
}

void FileSource::read(std::size_t offset, std::span<std::byte> into) const {
  const auto done = read_at(file_.fd.get(), offset, into);
  if (!done && !warned_.exchange(true))
    spdlog::warn("{}: {} bytes at {} cannot all be read: {}; the guest finds zeros there", name_,
                 into.size(), offset, describe(done.error()));
}

}  // namespace unpark
