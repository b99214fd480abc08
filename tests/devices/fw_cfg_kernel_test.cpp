// SPDX-License-Identifier: Apache-2.0
#include "devices/fw_cfg_kernel.h"

#include <gtest/gtest.h>

namespace unpark {
namespace {

// `sectors` at 1F1h, the magic at 202h, and each byte elsewhere the number of its sector.
FwCfgBytes bz_image(std::uint8_t sectors, std::size_t size) {
  FwCfgBytes image(size);
  for (std::size_t i = 0; i < size; ++i) image[i] = static_cast<std::byte>(i / 512);
  image[0x1f1] = std::byte{sectors};
  image[0x202] = std::byte{'H'};
  image[0x203] = std::byte{'d'};
  image[0x204] = std::byte{'r'};
  image[0x205] = std::byte{'S'};
  return image;
}

// A file whose bytes the test has; counts what is read of it.
class Source final : public FwCfgSource {
 public:
  explicit Source(FwCfgBytes bytes) : bytes_(std::move(bytes)) {}
  [[nodiscard]] std::size_t size() const override { return bytes_.size(); }
  void read(std::size_t offset, std::span<std::byte> into) const override {
    ASSERT_LE(offset + into.size(), bytes_.size());
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
    bytes_read += into.size();
  }
  mutable std::size_t bytes_read = 0;

 private:
  FwCfgBytes bytes_;
};
std::shared_ptr<const Source> file(FwCfgBytes bytes) {
  return std::make_shared<const Source>(std::move(bytes));
}

struct FwCfgKernel : testing::Test {
  FwCfg fw_cfg{nullptr};
  std::string read(std::uint16_t key, std::size_t count) {
    EXPECT_TRUE(fw_cfg.write({.offset = 0, .width = 2}, key));
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
      text.push_back(static_cast<char>(*fw_cfg.read({.offset = 1, .width = 1})));
    return text;
  }
  std::uint32_t size(std::uint16_t key) {
    const std::string raw = read(key, 4);
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(raw[i]);
    return value;
  }
};

TEST_F(FwCfgKernel, SplitsAfterTheSetupSectorsAndTheBootSector) {
  ASSERT_TRUE(offer_kernel(fw_cfg, file(bz_image(2, 2000)), {}, ""));

  EXPECT_EQ(size(0x17), 1536u);
  EXPECT_EQ(size(0x08), 464u);
  EXPECT_EQ(read(0x18, 1), std::string(1, '\0'));
  EXPECT_EQ(read(0x11, 2), "\x03\x03");
}

// Linux boot protocol, 0x210: 0xFF is a boot loader without a number of its own.
TEST_F(FwCfgKernel, SaysThatThereWasABootLoaderOrLinuxIgnoresTheInitrd) {
  ASSERT_TRUE(offer_kernel(fw_cfg, file(bz_image(2, 2000)), {}, ""));
  EXPECT_EQ(read(0x18, 0x211).back(), '\xff');
}

TEST_F(FwCfgKernel, ZeroSetupSectorsMeansFour) {
  ASSERT_TRUE(offer_kernel(fw_cfg, file(bz_image(0, 3000)), {}, ""));

  EXPECT_EQ(size(0x17), 2560u);
  EXPECT_EQ(size(0x08), 440u);
}

TEST_F(FwCfgKernel, CommandLineEndsInANulThatItsSizeCounts) {
  ASSERT_TRUE(offer_kernel(fw_cfg, file(bz_image(1, 2000)), {}, "console=ttyS0"));

  EXPECT_EQ(size(0x14), 14u);
  EXPECT_EQ(read(0x15, 14), std::string("console=ttyS0\0", 14));

  ASSERT_TRUE(offer_kernel(fw_cfg, file(bz_image(1, 2000)), {}, ""));
  EXPECT_EQ(size(0x14), 1u);
}

TEST_F(FwCfgKernel, InitrdIsOfferedWholeAndReadWhenItIsAskedFor) {
  const auto initrd = file(FwCfgBytes(70000, std::byte{'i'}));
  ASSERT_TRUE(offer_kernel(fw_cfg, file(bz_image(1, 2000)), initrd, ""));

  EXPECT_EQ(size(0x0b), 70000u);
  EXPECT_EQ(initrd->bytes_read, 0u);
  EXPECT_EQ(read(0x12, 2), "ii");
  EXPECT_EQ(initrd->bytes_read, 2u);
  EXPECT_EQ(read(0x12, 70001).substr(69999), std::string("i\0", 2)) << "zeros beyond its end";
}

TEST_F(FwCfgKernel, WhatIsNotAKernelIsRefusedAndNothingIsOffered) {
  FwCfgBytes other = bz_image(1, 2000);
  other[0x205] = std::byte{'s'};

  EXPECT_EQ(offer_kernel(fw_cfg, file(other), {}, "").error().message,
            "kernel: not a bzImage: \"HdrS\" is not at 0x202");
  EXPECT_FALSE(offer_kernel(fw_cfg, file({}), {}, ""));
  EXPECT_FALSE(offer_kernel(fw_cfg, file(FwCfgBytes(0x205)), {}, ""));
  EXPECT_EQ(offer_kernel(fw_cfg, file(bz_image(3, 2048)), {}, "").error().message,
            "kernel: cut off: the setup part alone has 2048 bytes, the file 2048");
  EXPECT_EQ(offer_kernel(fw_cfg, file(bz_image(1, 2000)), {}, std::string_view("a\0b", 3))
                .error()
                .message,
            "kernel: the command line contains a NUL");

  EXPECT_EQ(size(0x17), 0u);
}

}  // namespace
}  // namespace unpark
