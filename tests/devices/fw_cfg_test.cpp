// SPDX-License-Identifier: Apache-2.0
// The port interface: selector, data, directory.
#include "devices/fw_cfg.h"

#include <gtest/gtest.h>

#include "tests/fakes/flat_memory.h"

namespace unpark {
namespace {

FwCfgBytes bytes(std::initializer_list<int> list) {
  FwCfgBytes b;
  for (const int i : list) b.push_back(static_cast<std::byte>(i));
  return b;
}

struct FwCfgTest : testing::Test {
  FwCfg fw_cfg{std::make_shared<test::FlatMemory>(0x1000)};

  void select(std::uint16_t key) { EXPECT_TRUE(fw_cfg.write({.offset = 0, .width = 2}, key)); }
  // As `rep insb` arrives.
  std::string read(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
      const auto r = fw_cfg.read({.offset = 1, .width = 1});
      EXPECT_TRUE(r);
      text.push_back(static_cast<char>(r.value_or(std::uint64_t{0xff})));
    }
    return text;
  }
  std::uint32_t big_endian(std::size_t size) {
    std::uint32_t value = 0;
    for (const char c : read(size)) value = value << 8 | static_cast<std::uint8_t>(c);
    return value;
  }
};

TEST_F(FwCfgTest, SignatureIsSelectedAfterResetAndReadsByteByByte) {
  EXPECT_EQ(read(4), "QEMU");
  select(0x0000);
  EXPECT_EQ(read(4), "QEMU");
}

TEST_F(FwCfgTest, IdSaysRevisionOneAndDma) {
  select(0x0001);
  EXPECT_EQ(read(4), std::string("\x03\0\0\0", 4));
}

TEST(FwCfg, WithoutMemoryThereIsNoDma) {
  FwCfg fw_cfg{nullptr};
  ASSERT_TRUE(fw_cfg.write({.offset = 0, .width = 2}, 0x0001));

  EXPECT_EQ(*fw_cfg.read({.offset = 1, .width = 1}), 0x01u);
  EXPECT_FALSE(fw_cfg.read({.offset = 4, .width = 4}));
  EXPECT_FALSE(fw_cfg.write({.offset = 8, .width = 4}, 0));
}

TEST_F(FwCfgTest, DmaAddressRegisterReadsAsItsSignature) {
  EXPECT_EQ(*fw_cfg.read({.offset = 4, .width = 4}), 0x554d4551u);  // "QEMU", first byte lowest
  EXPECT_EQ(*fw_cfg.read({.offset = 8, .width = 4}), 0x47464320u);  // " CFG"
}

TEST_F(FwCfgTest, PastTheEndAndAbsentItemsReadZero) {
  ASSERT_TRUE(fw_cfg.add_item(0x0005, bytes({0x02, 0x01})));
  select(0x0005);
  EXPECT_EQ(read(4), std::string("\x02\x01\0\0", 4));
  select(0x4001);
  EXPECT_EQ(read(2), std::string("\0\0", 2));
  select(0xffff);
  EXPECT_EQ(read(2), std::string("\0\0", 2));
}

TEST_F(FwCfgTest, SelectingAgainStartsOver) {
  select(0x0000);
  EXPECT_EQ(read(2), "QE");
  select(0x0000);
  EXPECT_EQ(read(4), "QEMU");
}

TEST_F(FwCfgTest, ListenerHearsEverySelectedKeyAlsoOfNothing) {
  ASSERT_TRUE(fw_cfg.add_file("etc/one", bytes({1})));
  std::vector<FwCfgKey> heard;
  fw_cfg.set_select_listener([&](FwCfgKey key) { heard.push_back(key); });
  select(0x0000);
  select(0x0020);
  select(0x3000);
  EXPECT_EQ(heard, (std::vector<FwCfgKey>{0, 0x20, 0x3000}));
  EXPECT_EQ(fw_cfg.key_of("etc/one"), 0x20);
  EXPECT_EQ(fw_cfg.key_of("etc/two"), 0);
}

TEST_F(FwCfgTest, DataWritesAreDropped) {
  select(0x0000);
  EXPECT_TRUE(fw_cfg.write({.offset = 1, .width = 1}, 0x55));
  EXPECT_EQ(read(4), "QEMU");
}

TEST_F(FwCfgTest, RefusesOtherWidthsAndOffsets) {
  EXPECT_EQ(fw_cfg.write({.offset = 0, .width = 1}, 0).error(), IoFault::kBadWidth);
  EXPECT_EQ(fw_cfg.write({.offset = 0, .width = 4}, 0).error(), IoFault::kBadWidth);
  EXPECT_EQ(fw_cfg.read({.offset = 0, .width = 2}).error(), IoFault::kBadOffset);
  EXPECT_EQ(fw_cfg.read({.offset = 1, .width = 2}).error(), IoFault::kBadWidth);
  EXPECT_EQ(fw_cfg.write({.offset = 4, .width = 2}, 0).error(), IoFault::kBadWidth);
  EXPECT_EQ(fw_cfg.write({.offset = 4, .width = 8}, 0).error(), IoFault::kBadWidth);
  EXPECT_EQ(fw_cfg.read({.offset = 6, .width = 2}).error(), IoFault::kBadOffset);
  EXPECT_EQ(fw_cfg.read({.offset = 12, .width = 1}).error(), IoFault::kBadOffset);
}

TEST_F(FwCfgTest, DirectoryIsBigEndianAndSortedByName) {
  ASSERT_TRUE(fw_cfg.add_file("etc/zebra", FwCfgBytes(0x0304)));
  ASSERT_TRUE(fw_cfg.add_file("etc/ape", bytes({1, 2, 3})));
  select(0x0019);

  EXPECT_EQ(big_endian(4), 2u);
  EXPECT_EQ(big_endian(4), 3u);
  const std::uint32_t ape = big_endian(2);
  EXPECT_EQ(big_endian(2), 0u);
  EXPECT_EQ(read(56), std::string("etc/ape") + std::string(49, '\0'));
  EXPECT_EQ(big_endian(4), 0x0304u);
  const std::uint32_t zebra = big_endian(2);
  EXPECT_EQ(big_endian(2), 0u);
  EXPECT_EQ(read(56), std::string("etc/zebra") + std::string(47, '\0'));

  EXPECT_GE(ape, 0x20u);
  EXPECT_GE(zebra, 0x20u);
  EXPECT_NE(ape, zebra);
  select(static_cast<std::uint16_t>(ape));
  EXPECT_EQ(read(3), "\x01\x02\x03");
}

TEST_F(FwCfgTest, EmptyDirectoryHasACountOfZero) {
  select(0x0019);
  EXPECT_EQ(big_endian(4), 0u);
}

TEST_F(FwCfgTest, ANameMayHave55BytesAndNoMore) {
  EXPECT_TRUE(fw_cfg.add_file(std::string(55, 'x'), {}));

  const auto r = fw_cfg.add_file(std::string(56, 'y'), {});

  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().reason, FwCfgError::Reason::kNameTooLong);
  EXPECT_EQ(r.error().message(),
            "fw_cfg: file \"" + std::string(56, 'y') + "\": the name has 56 bytes, at most 55 fit");
  EXPECT_EQ(fw_cfg.add_file("", {}).error().reason, FwCfgError::Reason::kNameEmpty);
}

TEST_F(FwCfgTest, NamesAndKeysAreTakenOnce) {
  ASSERT_TRUE(fw_cfg.add_file("etc/a", {}));
  ASSERT_TRUE(fw_cfg.add_item(0x0005, {}));

  const auto file = fw_cfg.add_file("etc/a", bytes({1}));
  EXPECT_EQ(file.error().message(), "fw_cfg: file \"etc/a\": a file of this name exists already");
  EXPECT_EQ(fw_cfg.add_writable_file("etc/a", {}, nullptr).error().reason,
            FwCfgError::Reason::kNameTaken);
  const auto item = fw_cfg.add_item(0x0005, bytes({1}));
  EXPECT_EQ(item.error().message(), "fw_cfg: item 0x0005 exists already");
  EXPECT_EQ(fw_cfg.add_item(0x0019, {}).error().reason, FwCfgError::Reason::kKeyIsForFiles);
  EXPECT_EQ(fw_cfg.add_item(0x0020, {}).error().reason, FwCfgError::Reason::kKeyIsForFiles);
}

TEST_F(FwCfgTest, FilesEndWhereTheKeysEnd) {
  for (int i = 0x20; i <= 0x3fff; ++i)
    ASSERT_TRUE(fw_cfg.add_file("f" + std::to_string(i), {})) << i;

  EXPECT_EQ(fw_cfg.add_file("one too many", {}).error().reason, FwCfgError::Reason::kTooMany);
}

TEST_F(FwCfgTest, AReplacedItemIsSeenAtTheNextSelect) {
  ASSERT_TRUE(fw_cfg.add_item(0x0005, bytes({1, 0})));
  fw_cfg.replace_item(0x0005, bytes({2, 0}));
  select(0x0005);
  EXPECT_EQ(read(2), std::string("\x02\0", 2));
}

TEST_F(FwCfgTest, ResetSelectsTheSignatureAndKeepsTheItems) {
  ASSERT_TRUE(fw_cfg.add_item(0x0005, bytes({7})));
  select(0x0005);
  (void)read(1);

  fw_cfg.reset();

  EXPECT_EQ(read(4), "QEMU");
  select(0x0005);
  EXPECT_EQ(read(1), "\x07");
}

}  // namespace
}  // namespace unpark
