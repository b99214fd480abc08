// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <utility>

#include "devices/result.h"
#include "vmm/sys_error.h"

namespace unpark {

// A fresh directory of this user's alone, gone with this object and all that is in it.
class TemporaryDirectory {
 public:
  // In TMPDIR or /tmp; its name begins with `prefix`.
  static Result<TemporaryDirectory, Error> create(std::string_view prefix);
  TemporaryDirectory(TemporaryDirectory&& o) noexcept : path_(std::exchange(o.path_, {})) {}
  TemporaryDirectory& operator=(TemporaryDirectory&&) = delete;
  ~TemporaryDirectory();
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  explicit TemporaryDirectory(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace unpark
