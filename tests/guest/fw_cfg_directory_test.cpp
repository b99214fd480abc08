// SPDX-License-Identifier: Apache-2.0
#include "guest/chips/fw_cfg_directory.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace unpark::guest::fw_cfg {
namespace {

// QEMU docs/specs/fw_cfg: u32 BE size, u16 BE select, u16 reserved, char name[56].
std::array<std::uint8_t, 64> entry(std::string_view name) {
  std::array<std::uint8_t, 64> raw{0x00, 0x01, 0x02, 0x03, 0x00, 0x2a, 0xff, 0xff};
  std::memcpy(raw.data() + 8, name.data(), name.size());
  return raw;
}

TEST(FwCfgDirectory, SizeAndKeyAreBigEndian) {
  const FileEntry e = parse(entry("etc/e820"));
  EXPECT_EQ(e.size, 0x00010203u);
  EXPECT_EQ(e.key, 0x002a);
}

TEST(FwCfgDirectory, ANameMatchesOnlyAsAWhole) {
  const auto raw = entry("etc/e820");
  EXPECT_TRUE(has_name(raw, "etc/e820"));
  EXPECT_FALSE(has_name(raw, "etc/e82"));
  EXPECT_FALSE(has_name(raw, "etc/e8200"));
  EXPECT_FALSE(has_name(raw, ""));
}

TEST(FwCfgDirectory, ANameWithoutItsNulMatchesNothing) {
  const std::string longest(56, 'n');
  const auto raw = entry(longest);
  EXPECT_FALSE(has_name(raw, longest));
  EXPECT_FALSE(has_name(raw, std::string(100, 'n')));
  const std::string fits(55, 'n');
  EXPECT_FALSE(has_name(raw, fits));
  EXPECT_TRUE(has_name(entry(fits), fits));
}

TEST(FwCfgDirectory, StoresBigEndian) {
  std::array<std::uint8_t, 9> bytes{};
  store_big_endian(std::span(bytes), 1, std::uint64_t{0x0102030405060708});
  EXPECT_EQ(bytes, (std::array<std::uint8_t, 9>{0, 1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(big_endian<std::uint64_t>(bytes, 1), 0x0102030405060708u);
}

}  // namespace
}  // namespace unpark::guest::fw_cfg
