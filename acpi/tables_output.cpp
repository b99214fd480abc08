// SPDX-License-Identifier: Apache-2.0
#include "acpi/tables_output.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <span>
#include <system_error>

#include "acpi/table_set.h"

namespace unpark::acpi {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { (void)std::fclose(file); }
};

Unexpected<std::string> cannot(const char* what, const std::filesystem::path& path,
                               const std::string& why) {
  return Unexpected{std::string{"cannot "} + what + " " + path.string() + ": " + why};
}

Result<Done, std::string> write_file(const std::filesystem::path& path,
                                     std::span<const std::uint8_t> bytes) {
  std::unique_ptr<std::FILE, CloseFile> file{std::fopen(path.c_str(), "wbe")};
  if (!file) return cannot("create", path, std::strerror(errno));
  if (std::fwrite(bytes.data(), 1, bytes.size(), file.get()) != bytes.size()) {
    return cannot("write", path, std::strerror(errno));
  }
  // A full disk shows here at the latest.
  if (std::fclose(file.release()) != 0) return cannot("write", path, std::strerror(errno));
  return Done{};
}

}  // namespace

Result<std::vector<std::filesystem::path>, std::string> write_tables(
    const AcpiConfig& config, const std::filesystem::path& directory) {
  TRY(check(config));
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return cannot("make the folder", directory, error.message());

  const TableSet set = build_tables(config, kNominalBase);
  std::vector<std::filesystem::path> written;
  for (const PlacedTable& table : set.placed) {
    written.push_back(directory / (std::string{table.name} + ".aml"));
    TRY(write_file(written.back(), set.bytes_of(table)));
  }
  written.push_back(directory / "rsdp.bin");
  TRY(write_file(written.back(), set.rsdp));
  return written;
}

}  // namespace unpark::acpi
