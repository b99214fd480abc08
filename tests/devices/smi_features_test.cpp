// SPDX-License-Identifier: Apache-2.0
#include "devices/smi_features.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "tests/fakes/flat_memory.h"

namespace unpark {
namespace {

constexpr std::uint64_t kAll = 0x1'0000'0007;
constexpr std::uint64_t kDescriptor = 0x100, kBuffer = 0x200;

struct SmiFeaturesTest : testing::Test {
  std::shared_ptr<test::FlatMemory> memory = std::make_shared<test::FlatMemory>(0x1000);
  FwCfg fw_cfg{memory};
  std::vector<std::uint64_t> heard;
  SmiFeatures features{kAll, [this](std::uint64_t f) { heard.push_back(f); }};
  // In the order of their names: ok, requested, supported.
  std::map<std::string, std::uint32_t> key, size;

  void SetUp() override {
    ASSERT_TRUE(features.install(fw_cfg));
    select(0x0019);
    for (std::uint32_t left = static_cast<std::uint32_t>(number(4)); left > 0; --left) {
      const auto bytes = static_cast<std::uint32_t>(number(4));
      const auto select_key = static_cast<std::uint32_t>(number(2));
      (void)number(2);
      std::string name;
      for (int i = 0; i < 56; ++i)
        if (const auto c = static_cast<char>(number(1)); c != 0) name.push_back(c);
      key[name] = select_key;
      size[name] = bytes;
    }
  }
  void select(std::uint32_t k) { EXPECT_TRUE(fw_cfg.write({.offset = 0, .width = 2}, k)); }
  std::uint64_t number(int bytes) {  // big-endian
    std::uint64_t v = 0;
    for (int i = 0; i < bytes; ++i) v = v << 8 | *fw_cfg.read({.offset = 1, .width = 1});
    return v;
  }
  // What a firmware does. The control word of the DMA.
  std::uint64_t request(std::uint64_t value) {
    select(key["etc/smi/requested-features"]);
    memory->put_big_endian(kBuffer, 8, __builtin_bswap64(value));  // the file is little-endian
    memory->put_big_endian(kDescriptor, 4, 0x10);
    memory->put_big_endian(kDescriptor + 4, 4, 8);
    memory->put_big_endian(kDescriptor + 8, 8, kBuffer);
    EXPECT_TRUE(fw_cfg.write({.offset = 8, .width = 4}, __builtin_bswap32(kDescriptor)));
    return memory->big_endian(kDescriptor, 4);
  }
  std::uint64_t ok() {
    select(key["etc/smi/features-ok"]);
    return number(1);
  }
};

TEST_F(SmiFeaturesTest, ThreeFilesHaveTheSizesThatFirmwareChecks) {
  EXPECT_EQ(size, (std::map<std::string, std::uint32_t>{{"etc/smi/features-ok", 1},
                                                        {"etc/smi/requested-features", 8},
                                                        {"etc/smi/supported-features", 8}}));
  select(key["etc/smi/supported-features"]);
  EXPECT_EQ(number(8), __builtin_bswap64(kAll));
}

TEST_F(SmiFeaturesTest, ARequestIsTakenWhenOkIsReadAndNotBefore) {
  EXPECT_EQ(request(0x7), 0u);
  EXPECT_EQ(features.accepted(), 0u);
  EXPECT_FALSE(features.negotiated());

  EXPECT_EQ(ok(), 1u);

  EXPECT_TRUE(features.negotiated());
  EXPECT_EQ(features.accepted(), 0x7u);
  EXPECT_EQ(heard, std::vector<std::uint64_t>{0x7});
}

TEST_F(SmiFeaturesTest, ExplicitUnparkIsBit32) {
  EXPECT_EQ(request(kAll), 0u);
  EXPECT_EQ(ok(), 1u);
  EXPECT_EQ(features.accepted(), kAll);
}

TEST_F(SmiFeaturesTest, ARefusedRequestMayBeFollowedByABetterOne) {
  EXPECT_EQ(request(0x6), 0u);
  EXPECT_EQ(ok(), 0u);
  EXPECT_FALSE(features.negotiated());
  EXPECT_TRUE(heard.empty());

  EXPECT_EQ(request(0x3), 0u);
  EXPECT_EQ(ok(), 1u);
  EXPECT_EQ(features.accepted(), 0x3u);
}

TEST_F(SmiFeaturesTest, OnceAcceptedTheSetIsLockedUntilReset) {
  request(0x3);
  ASSERT_EQ(ok(), 1u);

  EXPECT_EQ(request(0x1), 0u);
  EXPECT_EQ(ok(), 1u);
  EXPECT_EQ(features.accepted(), 0x3u);
  EXPECT_EQ(request(0xff00), 0u);
  EXPECT_EQ(ok(), 1u);
  EXPECT_EQ(features.accepted(), 0x3u);
  EXPECT_EQ(heard.size(), 1u);

  features.reset();
  fw_cfg.reset();
  EXPECT_EQ(features.accepted(), 0u);
  request(0x1);
  EXPECT_EQ(ok(), 1u);
  EXPECT_EQ(features.accepted(), 0x1u);
}

TEST_F(SmiFeaturesTest, ResetForgetsARequestThatWasNotYetJudged) {
  request(0x7);
  features.reset();
  fw_cfg.reset();
  EXPECT_EQ(ok(), 1u);  // asking for nothing is fine
  EXPECT_EQ(features.accepted(), 0u);
  EXPECT_TRUE(features.negotiated());
}

TEST_F(SmiFeaturesTest, TheReadOnlyFilesCannotBeWritten) {
  key["etc/smi/requested-features"] = key["etc/smi/supported-features"];
  EXPECT_EQ(request(0x7), 1u);
  key["etc/smi/requested-features"] = key["etc/smi/features-ok"];
  EXPECT_EQ(request(0x7), 1u);
}

TEST(SmiFeatures, FilesOutliveTheObject) {
  FwCfg fw_cfg{nullptr};
  {
    SmiFeatures features{kAll, nullptr};
    ASSERT_TRUE(features.install(fw_cfg));
  }
  ASSERT_TRUE(fw_cfg.write({.offset = 0, .width = 2}, 0x22));
  EXPECT_EQ(*fw_cfg.read({.offset = 1, .width = 1}), 1u);
}

TEST(SmiFeatures, InstallingTwiceIsRefused) {
  FwCfg fw_cfg{nullptr};
  SmiFeatures features{kAll, nullptr};
  ASSERT_TRUE(features.install(fw_cfg));
  EXPECT_EQ(features.install(fw_cfg).error().reason, FwCfgError::Reason::kNameTaken);
}

struct ValidCase {
  std::uint64_t requested, supported;
  bool valid;
  const char* why;
};

class SmiFeaturesValid : public testing::TestWithParam<ValidCase> {};

TEST_P(SmiFeaturesValid, FollowsTheDependencies) {
  const auto& c = GetParam();
  EXPECT_EQ(SmiFeatures::valid(c.requested, c.supported), c.valid) << c.why;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, SmiFeaturesValid,
    testing::Values(ValidCase{0x0, kAll, true, "nothing"}, ValidCase{0x1, kAll, true, "broadcast"},
                    ValidCase{0x2, kAll, false, "hotplug without broadcast"},
                    ValidCase{0x3, kAll, true, "hotplug"},
                    ValidCase{0x4, kAll, false, "unplug alone"},
                    ValidCase{0x5, kAll, false, "unplug without hotplug"},
                    ValidCase{0x6, kAll, false, "both without broadcast"},
                    ValidCase{0x7, kAll, true, "what OVMF takes"},
                    ValidCase{0x8, kAll, false, "unknown bit"},
                    ValidCase{0x3, 0x1, false, "not offered"},
                    ValidCase{0x1'0000'0000, kAll, false, "explicit unpark alone"},
                    ValidCase{0x1'0000'0001, kAll, false, "explicit unpark without hotplug"},
                    ValidCase{0x1'0000'0003, kAll, true, "explicit unpark"},
                    ValidCase{0x1'0000'0003, 0x7, false, "explicit unpark not offered"},
                    ValidCase{0x8000'0000'0000'0001, kAll, false, "top bit"}));

}  // namespace
}  // namespace unpark
