// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "devices/fw_cfg_content.h"
#include "vmm/whole_file.h"

namespace unpark {

// A file of the host that a guest reads by fw_cfg: kernel and initrd. Not held in memory: it is
// read when the guest asks, from the file that was opened, so that a file that replaces it
// (rename(2)) changes nothing. One that is written over in place changes what the guest gets; what
// it has lost at its end reads as zeros, with a warning.
class FileSource final : public FwCfgSource {
 public:
  // As open_regular_file() says.
  static Result<std::shared_ptr<const FileSource>, Error> open(std::string_view what,
                                                               const std::string& path,
                                                               const SizeRule& size_rule);
  FileSource(std::string name, RegularFile file) : name_(std::move(name)), file_(std::move(file)) {}

  [[nodiscard]] std::size_t size() const override { return file_.size; }
  void read(std::size_t offset, std::span<std::byte> into) const override;

 private:
  const std::string name_;  // "kernel PATH"
  const RegularFile file_;
  mutable std::atomic<bool> warned_ = false;  // once: a guest reads as often as it likes
};

}  // namespace unpark
