// SPDX-License-Identifier: Apache-2.0
#include "vmm/file_source.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/vmm/temp_dir.h"

namespace unpark {
namespace {

constexpr auto kAnySize = [](std::uint64_t) -> std::optional<std::string> { return std::nullopt; };

struct FileSourceTest : testing::Test {
  TempDir directory;
  const std::string path = directory / "initrd";

  void write(const std::string& to, const std::string& text) { std::ofstream{to} << text; }
  std::shared_ptr<const FileSource> opened() {
    auto source = FileSource::open("initrd", path, kAnySize);
    EXPECT_TRUE(source);
    return source ? *source : nullptr;
  }
  static std::string read(const FileSource& source, std::size_t offset, std::size_t size) {
    std::vector<std::byte> bytes(size, std::byte{'?'});
    source.read(offset, bytes);
    std::string text;
    for (const std::byte b : bytes) text.push_back(static_cast<char>(b));
    return text;
  }
};

TEST_F(FileSourceTest, ReadsWhatIsAskedFor) {
  write(path, "0123456789");
  const auto source = opened();
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->size(), 10u);
  EXPECT_EQ(read(*source, 0, 10), "0123456789");
  EXPECT_EQ(read(*source, 7, 3), "789");
  EXPECT_EQ(read(*source, 10, 0), "");
}

TEST_F(FileSourceTest, AFileThatReplacesItChangesNothing) {
  write(path, "old");
  const auto source = opened();
  ASSERT_NE(source, nullptr);
  write(directory / "new", "new");
  std::filesystem::rename(directory / "new", path);
  EXPECT_EQ(read(*source, 0, 3), "old");
}

TEST_F(FileSourceTest, WhatAShorterFileHasLostIsZero) {
  write(path, "0123456789");
  const auto source = opened();
  ASSERT_NE(source, nullptr);
  std::filesystem::resize_file(path, 4);
  EXPECT_EQ(source->size(), 10u) << "as the guest was told";
  EXPECT_EQ(read(*source, 2, 4), std::string("23\0\0", 4));
  EXPECT_EQ(read(*source, 8, 2), std::string(2, '\0'));
}

TEST_F(FileSourceTest, WhatIsNoFileOrIsRefusedByItsSizeIsNotOpened) {
  EXPECT_NE(FileSource::open("initrd", path, kAnySize).error().message.find("No such file"),
            std::string::npos);
  write(path, "");
  EXPECT_EQ(FileSource::open("initrd", path, kAnySize).error().message,
            "initrd " + path + ": is empty");
  write(path, "ab");
  const auto two = [](std::uint64_t size) -> std::optional<std::string> {
    return "has " + std::to_string(size);
  };
  EXPECT_EQ(FileSource::open("initrd", path, two).error().message, "initrd " + path + ": has 2");
}

}  // namespace
}  // namespace unpark
