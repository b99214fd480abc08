// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "acpi/bytes.h"

namespace unpark::acpi_test {

// A folder that is gone at the end of the test.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Both throw std::runtime_error: a test that cannot reach its own files has failed.
void write_file(const std::filesystem::path& path, std::string_view content);
void write_file(const std::filesystem::path& path, const Bytes& content);
std::string read_text(const std::filesystem::path& path);
Bytes read_bytes(const std::filesystem::path& path);

}  // namespace unpark::acpi_test
