// SPDX-License-Identifier: Apache-2.0
// Files that are made when the guest asks for them.
#include <gtest/gtest.h>

#include "devices/fw_cfg.h"

namespace unpark {
namespace {

struct FwCfgGenerated : testing::Test {
  FwCfg fw_cfg{nullptr};
  int made = 0;

  void select(std::uint16_t key) { EXPECT_TRUE(fw_cfg.write({.offset = 0, .width = 2}, key)); }
  std::uint64_t next() {
    return fw_cfg.read({.offset = 1, .width = 1}).value_or(std::uint64_t{0xff});
  }
  std::uint64_t first_byte(std::uint16_t key) {
    select(key);
    return next();
  }
  // Sizes in the order of the directory.
  std::vector<std::uint64_t> directory_sizes() {
    select(0x0019);
    const auto big_endian = [this] {
      std::uint64_t v = 0;
      for (int i = 0; i < 4; ++i) v = v << 8 | next();
      return v;
    };
    std::vector<std::uint64_t> sizes(big_endian());
    for (auto& size : sizes) {
      size = big_endian();
      for (int i = 0; i < 60; ++i) (void)next();
    }
    return sizes;
  }
};

TEST_F(FwCfgGenerated, AFileIsMadeAtEverySelectAndNotBefore) {
  ASSERT_TRUE(fw_cfg.add_generated_file(
      "f", 1, [this] { return FwCfgBytes{static_cast<std::byte>(++made)}; }));
  EXPECT_EQ(made, 0);
  EXPECT_EQ(directory_sizes(), std::vector<std::uint64_t>{1});
  EXPECT_EQ(made, 0);

  EXPECT_EQ(first_byte(0x20), 1u);
  EXPECT_EQ(next(), 0u);
  EXPECT_EQ(first_byte(0x20), 2u);
  EXPECT_EQ(first_byte(0x0000), std::uint64_t{'Q'});
  EXPECT_EQ(made, 2);
}

TEST_F(FwCfgGenerated, AFileKeepsItsSizeWhateverTheGeneratorGives) {
  ASSERT_TRUE(fw_cfg.add_generated_file("long", 2, [] { return FwCfgBytes(9, std::byte{5}); }));
  ASSERT_TRUE(fw_cfg.add_generated_file("short", 2, [] { return FwCfgBytes{}; }));

  EXPECT_EQ(first_byte(0x20), 5u);
  EXPECT_EQ(next(), 5u);
  EXPECT_EQ(next(), 0u);
  EXPECT_EQ(first_byte(0x21), 0u);
  EXPECT_EQ(directory_sizes(), (std::vector<std::uint64_t>{2, 2}));
}

struct FwCfgSet : FwCfgGenerated {
  void SetUp() override {
    ASSERT_TRUE(fw_cfg.add_generated_set({"etc/loader", "etc/acpi/tables"}, [this] {
      ++made;
      const auto value = static_cast<std::byte>(made);
      return std::vector{FwCfgBytes(3, value), FwCfgBytes(5, value)};
    }));
  }
};

TEST_F(FwCfgSet, DirectoryHasTheSizesBeforeAFileIsSelected) {
  EXPECT_EQ(directory_sizes(), (std::vector<std::uint64_t>{5, 3}));
  EXPECT_EQ(directory_sizes(), (std::vector<std::uint64_t>{5, 3}));
  EXPECT_EQ(made, 1);
}

TEST_F(FwCfgSet, FilesAreMadeTogetherWhenTheFirstIsSelectedAndThenStay) {
  (void)directory_sizes();
  EXPECT_EQ(first_byte(0x20), 2u);  // made again: the guest may have negotiated since
  EXPECT_EQ(first_byte(0x21), 2u);
  EXPECT_EQ(first_byte(0x20), 2u);
  (void)directory_sizes();
  EXPECT_EQ(made, 2);
}

TEST_F(FwCfgSet, AnyMemberComesFirst) {
  EXPECT_EQ(first_byte(0x21), 1u);
  EXPECT_EQ(first_byte(0x20), 1u);
}

TEST_F(FwCfgSet, ResetHasThemMadeAnew) {
  EXPECT_EQ(first_byte(0x20), 1u);
  fw_cfg.reset();
  EXPECT_EQ(first_byte(0x21), 2u);
  EXPECT_EQ(first_byte(0x20), 2u);
}

TEST_F(FwCfgSet, GeneratorMayUseFwCfgItself) {
  FwCfg other{nullptr};
  ASSERT_TRUE(other.add_generated_set({"a"}, [&] {
    other.replace_item(0x0005, FwCfgBytes{std::byte{9}});
    return std::vector<FwCfgBytes>(1);
  }));
  ASSERT_TRUE(other.write({.offset = 0, .width = 2}, 0x20));
  ASSERT_TRUE(other.write({.offset = 0, .width = 2}, 0x0005));
  EXPECT_EQ(*other.read({.offset = 1, .width = 1}), 9u);
}

TEST_F(FwCfgSet, ASetIsAddedWhollyOrNotAtAll) {
  const auto make = [] { return std::vector<FwCfgBytes>(2); };

  EXPECT_EQ(fw_cfg.add_generated_set({"new", "etc/loader"}, make).error().reason,
            FwCfgError::Reason::kNameTaken);
  EXPECT_EQ(fw_cfg.add_generated_set({"twice", "twice"}, make).error().reason,
            FwCfgError::Reason::kNameTaken);

  EXPECT_EQ(directory_sizes().size(), 2u);
  EXPECT_TRUE(fw_cfg.add_generated_set({"new", "twice"}, make));
}

}  // namespace
}  // namespace unpark
