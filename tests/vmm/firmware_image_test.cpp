// SPDX-License-Identifier: Apache-2.0
#include "vmm/firmware_image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/vmm/temp_dir.h"

namespace unpark {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t kMostFlash = 8ull << 20;

struct FirmwareImage : testing::Test {
  TempDir dir;

  std::string file_of(std::uint64_t size) {  // sparse
    std::string path = dir / "flash.fd";
    std::ofstream(path).close();
    std::filesystem::resize_file(path, size);
    return path;
  }
  // The sentence of a refusal: it names the file, and is one line.
  std::string refusal(const std::string& path) {
    const auto image = read_firmware(path);
    EXPECT_FALSE(image);
    if (image) return {};
    EXPECT_THAT(image.error().message, AllOf(HasSubstr(path), Not(HasSubstr("\n"))));
    return image.error().message;
  }
};

TEST_F(FirmwareImage, IsTheFileByteForByte) {
  std::string content(3 * 4096, '\0');
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i * 31 + 5);
  const std::string path = dir / "flash.fd";
  std::ofstream(path, std::ios::binary) << content;
  const auto image = read_firmware(path);
  ASSERT_TRUE(image) << image.error().message;
  const auto* text = reinterpret_cast<const char*>(image->data());
  EXPECT_EQ(std::string(text, image->size()), content);
}

TEST_F(FirmwareImage, OfTheLargestSizeIsTaken) {
  const auto image = read_firmware(file_of(kMostFlash));
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->size(), kMostFlash);
}

TEST_F(FirmwareImage, ThatIsMissingIsRefused) {
  EXPECT_THAT(refusal(dir / "none.fd"), HasSubstr("No such file"));
}

TEST_F(FirmwareImage, WithoutANameIsRefused) {
  EXPECT_NE(refusal(""), "");
}

TEST_F(FirmwareImage, ThatMayNotBeReadIsRefused) {
  const std::string path = file_of(4096);
  std::filesystem::permissions(path, std::filesystem::perms::none);
  const bool root = ::geteuid() == 0;  // who may read everything: be somebody else for a moment
  ASSERT_EQ(root ? ::seteuid(65534) : 0, 0);
  const std::string why = refusal(path);
  ASSERT_EQ(root ? ::seteuid(0) : 0, 0);
  EXPECT_THAT(why, HasSubstr("Permission denied"));
}

TEST_F(FirmwareImage, ThatIsEmptyIsRefused) {
  EXPECT_THAT(refusal(file_of(0)), HasSubstr("empty"));
}

TEST_F(FirmwareImage, ThatIsNoMultipleOf4KiBIsRefusedWithItsSize) {
  EXPECT_THAT(refusal(file_of(1)), AllOf(HasSubstr("has 1 bytes"), HasSubstr("4 KiB")));
  EXPECT_THAT(refusal(file_of(4097)), HasSubstr("4097"));
  EXPECT_THAT(refusal(file_of(4095)), HasSubstr("4095"));
}

TEST_F(FirmwareImage, ThatIsTooLargeIsRefusedWithBothNumbers) {
  EXPECT_THAT(refusal(file_of(kMostFlash + 4096)),
              AllOf(HasSubstr("8392704"), HasSubstr("8388608")));
}

TEST_F(FirmwareImage, OfATerabyteIsRefusedWithoutReadingIt) {
  EXPECT_THAT(refusal(file_of(1ull << 40)), HasSubstr("1099511627776"));
}

TEST_F(FirmwareImage, ThatIsADirectoryIsRefused) {
  const std::string path = dir / "folder";
  std::filesystem::create_directory(path);
  EXPECT_THAT(refusal(path), HasSubstr("not a regular file"));
}

TEST_F(FirmwareImage, ThatIsAPipeIsRefusedAndNotWaitedFor) {
  const std::string path = dir / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_THAT(refusal(path), HasSubstr("not a regular file"));
}

TEST_F(FirmwareImage, ThatIsADeviceIsRefused) {
  EXPECT_THAT(refusal("/dev/zero"), HasSubstr("not a regular file"));
}

}  // namespace
}  // namespace unpark
