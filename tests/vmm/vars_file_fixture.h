// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/vmm/temp_dir.h"
#include "vmm/vars_file.h"

namespace unpark {

// Sizes of OVMF's 4 MiB build.
constexpr std::size_t kVarsSize = 0x84000;
constexpr std::uint64_t kCodeSize = 0x37c000;

// EFI_FIRMWARE_VOLUME_HEADER retyped from PI 1.7 vol. 3, 3.2.1; the rest is an erased flash.
inline std::string volume(std::size_t size, const std::string& guid) {
  std::string image(size, '\xff');
  std::string header(72, '\0');
  header.replace(16, 16, guid);
  for (std::size_t i = 0; i < 8; ++i) header[32 + i] = static_cast<char>(size >> 8 * i);
  header.replace(40, 4, "_FVH");
  header.replace(44, 4, std::string("\xff\xfe\x04\x00", 4));
  header[48] = 72;  // length of the header
  header[55] = 2;   // revision
  unsigned sum = 0;
  for (std::size_t i = 0; i < header.size(); i += 2)
    sum += static_cast<std::uint8_t>(header[i]) + 256u * static_cast<std::uint8_t>(header[i + 1]);
  const unsigned check = 0x10000 - (sum & 0xffff);
  header[50] = static_cast<char>(check);
  header[51] = static_cast<char>(check >> 8);
  return image.replace(0, header.size(), header);
}

// EFI_SYSTEM_NV_DATA_FV_GUID.
inline std::string vars_image(std::size_t size = kVarsSize) {
  return volume(size, "\x8d\x2b\xf1\xff\x96\x76\x8b\x4c\xa9\x85\x27\x47\x07\x5b\x4f\x50");
}

// EFI_FIRMWARE_FILE_SYSTEM2_GUID, and a jump in the last 16 bytes.
inline std::string code_image(std::size_t size = kCodeSize) {
  std::string image =
      volume(size, "\x78\xe5\x8c\x8c\x3d\x8a\x1c\x4f\x99\x35\x89\x61\x85\xc3\x2d\xd3");
  return image.replace(size - 16, 5, "\x90\x90\xe9\x5b\xff");
}

struct VarsFileFixture : testing::Test {
  TempDir dir;
  std::string path = dir / "machine.fd";

  static void put(const std::string& file, const std::string& content) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
  }
  static std::string get(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static std::string get(const VarsFile& file) {
    const auto image = file.load();
    EXPECT_TRUE(image);
    return image ? std::string(reinterpret_cast<const char*>(image->data()), image->size()) : "";
  }
  static std::span<const std::byte> bytes(const std::string& text) {
    return std::as_bytes(std::span{text});
  }
  // The sentence of a refusal: it names the file, and is one line.
  std::string refusal(const std::string& file, const std::string& from = "",
                      std::uint64_t code_size = kCodeSize) {
    const auto opened = VarsFile::open(file, from, code_size);
    EXPECT_FALSE(opened);
    if (opened) return {};
    EXPECT_THAT(opened.error().message,
                testing::AllOf(testing::StartsWith("VARS "), testing::HasSubstr(dir / ""),
                               testing::Not(testing::HasSubstr("\n"))));
    return opened.error().message;
  }
  std::string refusal_of(const std::string& content, std::uint64_t code_size = kCodeSize) {
    put(path, content);
    std::string why = refusal(path, "", code_size);
    EXPECT_THAT(why, testing::HasSubstr(path));
    EXPECT_TRUE(get(path) == content);
    return why;
  }
  std::ptrdiff_t files_in_folder() {
    const std::filesystem::directory_iterator all{dir / ""};
    return std::distance(begin(all), end(all));
  }
};

}  // namespace unpark
