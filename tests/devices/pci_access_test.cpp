// SPDX-License-Identifier: Apache-2.0
// The two ways to configuration space: ports 0xCF8-0xCFF and memory at 0xB0000000.
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <vector>

#include "devices/ecam.h"
#include "devices/pci_host.h"

namespace unpark {
namespace {

// 4096 bytes that remember.
class StorageFunction final : public PciFunction {
 public:
  explicit StorageFunction(std::string_view name) : name_(name) {}
  std::string_view name() const override { return name_; }
  std::uint32_t config_read(std::uint16_t offset, std::uint8_t width) override {
    std::uint32_t value = 0;
    for (std::size_t i = width; i-- > 0;) value = value << 8 | bytes[offset + i];
    return value;
  }
  void config_write(std::uint16_t offset, std::uint8_t width, std::uint32_t value) override {
    for (std::size_t i = 0; i < width; ++i, value >>= 8)
      bytes[offset + i] = static_cast<std::uint8_t>(value & 0xff);
  }
  std::array<std::uint8_t, 4096> bytes{};

 private:
  std::string_view name_;
};

// Stands for the chip at 0xCF9.
class RecordingPort final : public IoDevice {
 public:
  std::string_view name() const override { return "recording-port"; }
  Result<std::uint64_t, IoFault> read(Access at) override {
    offset = at.offset;
    return std::uint64_t{0x5a};
  }
  Result<Done, IoFault> write(Access at, std::uint64_t value) override {
    offset = at.offset;
    written = value;
    return Done{};
  }
  std::optional<std::uint32_t> offset;
  std::optional<std::uint64_t> written;
};

struct Board {
  std::shared_ptr<StorageFunction> bridge = std::make_shared<StorageFunction>("bridge");
  std::shared_ptr<StorageFunction> lpc = std::make_shared<StorageFunction>("lpc");
  std::shared_ptr<PciTopology> topology = [this] {
    auto t = std::make_shared<PciTopology>();
    EXPECT_TRUE(t->plug({0, 0, 0}, bridge));
    EXPECT_TRUE(t->plug({0, 31, 0}, lpc));
    return t;
  }();
};

struct PciHostTest : testing::Test, Board {
  std::shared_ptr<RecordingPort> reset = std::make_shared<RecordingPort>();
  PciHost host{topology, reset};

  void out(std::uint32_t offset, std::uint8_t width, std::uint64_t value) {
    EXPECT_TRUE(host.write({.offset = offset, .width = width}, value)) << offset << "/" << +width;
  }
  std::uint64_t in(std::uint32_t offset, std::uint8_t width) {
    const auto r = host.read({.offset = offset, .width = width});
    EXPECT_TRUE(r) << offset << "/" << +width;
    return r.value_or(std::uint64_t{0xdead});
  }
};

TEST(PciTopology, TwoFunctionsInOnePlaceAreRefusedWithBothNames) {
  PciTopology t;
  ASSERT_TRUE(t.plug({0, 2, 1}, std::make_shared<StorageFunction>("first")));

  const auto r = t.plug({0, 2, 1}, std::make_shared<StorageFunction>("second"));

  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().present, "first");
  EXPECT_EQ(r.error().added, "second");
}

TEST_F(PciHostTest, AddressRegisterReadsBackAsADword) {
  EXPECT_EQ(in(0, 4), 0u);
  out(0, 4, 0x8000f844);
  EXPECT_EQ(in(0, 4), 0x8000f844u);
  out(0, 4, 0xffffffff);
  EXPECT_EQ(in(0, 4), 0x80fffffcu);  // reserved bits read as zero
  out(0, 4, 0);
  EXPECT_EQ(in(0, 4), 0u);
}

TEST_F(PciHostTest, NarrowAccessesDoNotReachTheAddressRegister) {
  out(0, 4, 0x80000040);

  for (const std::uint32_t offset : {0u, 2u, 3u}) {
    EXPECT_FALSE(host.write({.offset = offset, .width = 1}, 0x11)) << offset;
    EXPECT_FALSE(host.read({.offset = offset, .width = 1})) << offset;
  }
  EXPECT_FALSE(host.write({.offset = 0, .width = 2}, 0x1111));
  EXPECT_FALSE(host.write({.offset = 1, .width = 2}, 0x1111));
  EXPECT_FALSE(host.write({.offset = 1, .width = 4}, 0x1111));

  EXPECT_EQ(in(0, 4), 0x80000040u);
  EXPECT_FALSE(reset->written);
}

TEST_F(PciHostTest, AByteAt0xCF9GoesToTheResetControlAtItsOffsetZero) {
  out(0, 4, 0x80000040);

  out(1, 1, 0x06);

  EXPECT_EQ(reset->written, 0x06u);
  EXPECT_EQ(reset->offset, 0u);
  EXPECT_EQ(in(1, 1), 0x5au);
  EXPECT_EQ(in(0, 4), 0x80000040u);
}

TEST(PciHost, WithoutResetControlNothingIsAt0xCF9) {
  PciHost host{std::make_shared<PciTopology>(), nullptr};

  EXPECT_FALSE(host.write({.offset = 1, .width = 1}, 0x06));
  EXPECT_FALSE(host.read({.offset = 1, .width = 1}));
}

TEST_F(PciHostTest, DataIsReachedAtItsByteOffsetInEveryWidth) {
  out(0, 4, 0x8000f844);
  out(4, 4, 0x04030201);

  EXPECT_EQ(in(4, 4), 0x04030201u);
  EXPECT_EQ(in(4, 2), 0x0201u);
  EXPECT_EQ(in(5, 2), 0x0302u);
  EXPECT_EQ(in(6, 2), 0x0403u);
  EXPECT_EQ(in(7, 1), 0x04u);
  EXPECT_EQ(lpc->config_read(0x44, 4), 0x04030201u);

  out(6, 1, 0xaa);
  EXPECT_EQ(lpc->config_read(0x44, 4), 0x04aa0201u);
  EXPECT_EQ(bridge->config_read(0x44, 4), 0u);
}

TEST_F(PciHostTest, DataAccessesMustNotLeaveTheDword) {
  out(0, 4, 0x80000040);

  for (const auto& [offset, width] :
       std::vector<std::pair<std::uint32_t, std::uint8_t>>{{5, 4}, {6, 4}, {7, 2}, {7, 4}}) {
    const auto r = host.read({.offset = offset, .width = width});
    ASSERT_FALSE(r) << offset << "/" << +width;
    EXPECT_EQ(r.error(), IoFault::kUnaligned);
  }
}

TEST_F(PciHostTest, WithoutTheEnableBitNothingAnswers) {
  bridge->bytes[0x40] = 0x77;
  out(0, 4, 0x00000040);

  const auto r = host.read({.offset = 4, .width = 1});

  ASSERT_FALSE(r);
  EXPECT_EQ(r.error(), IoFault::kNotDecoded);
  EXPECT_FALSE(host.write({.offset = 4, .width = 1}, 0x11));
  EXPECT_EQ(bridge->bytes[0x40], 0x77);
}

TEST_F(PciHostTest, AbsentFunctionsReadAllOnesAndSwallowWrites) {
  for (const std::uint32_t address : {0x80000100u, 0x80000800u, 0x80010000u, 0x80fffff8u}) {
    out(0, 4, address);
    out(4, 4, 0);
    EXPECT_EQ(in(4, 4), 0xffffffffu) << std::hex << address;
    EXPECT_EQ(in(6, 2), 0xffffu);
    EXPECT_EQ(in(7, 1), 0xffu);
  }
}

TEST_F(PciHostTest, ResetClearsTheAddress) {
  out(0, 4, 0x80000040);
  host.reset();
  EXPECT_EQ(in(0, 4), 0u);
}

struct EcamTest : testing::Test, Board {
  Ecam ecam{topology};
};

TEST_F(EcamTest, AnswersOnlyWhileEnabled) {
  const Access at{.offset = 0xf8044, .width = 1};
  lpc->bytes[0x44] = 0x80;

  ASSERT_FALSE(ecam.read(at));
  EXPECT_EQ(ecam.read(at).error(), IoFault::kNotDecoded);
  EXPECT_FALSE(ecam.write(at, 0));
  EXPECT_EQ(lpc->bytes[0x44], 0x80);

  ecam.set_enabled(true);
  EXPECT_EQ(*ecam.read(at), 0x80u);

  ecam.reset();
  EXPECT_FALSE(ecam.read(at));
}

TEST(EcamFirstUse, IsToldOnceEachTimeTheWindowIsSwitchedOn) {
  int told = 0;
  Ecam ecam{std::make_shared<PciTopology>(), [&] { ++told; }};
  EXPECT_FALSE(ecam.read({.offset = 0, .width = 4}));
  EXPECT_EQ(told, 0) << "nothing answers yet";
  ecam.set_enabled(true);
  EXPECT_EQ(told, 0);
  EXPECT_TRUE(ecam.read({.offset = 0, .width = 4}));
  EXPECT_TRUE(ecam.write({.offset = 0, .width = 4}, 0));
  ecam.set_enabled(true);
  EXPECT_TRUE(ecam.read({.offset = 0, .width = 4}));
  EXPECT_EQ(told, 1);
  ecam.set_enabled(false);
  ecam.set_enabled(true);
  EXPECT_TRUE(ecam.read({.offset = 0, .width = 4}));
  EXPECT_EQ(told, 2);
  ecam.reset();
  EXPECT_FALSE(ecam.read({.offset = 0, .width = 4}));
}

TEST_F(EcamTest, FindsBusDeviceFunctionAndAll4096Bytes) {
  ecam.set_enabled(true);
  auto far = std::make_shared<StorageFunction>("far");
  ASSERT_TRUE(topology->plug({255, 31, 7}, far));

  ASSERT_TRUE(ecam.write({.offset = 0x0ffffffc, .width = 4}, 0x04030201));
  ASSERT_TRUE(ecam.write({.offset = 0x000f80a0, .width = 2}, 0x0010));

  EXPECT_EQ(far->config_read(0xffc, 4), 0x04030201u);
  EXPECT_EQ(*ecam.read({.offset = 0x0ffffffe, .width = 2}), 0x0403u);
  EXPECT_EQ(lpc->config_read(0xa0, 2), 0x0010u);
}

TEST_F(EcamTest, AbsentFunctionsReadAllOnes) {
  ecam.set_enabled(true);

  EXPECT_TRUE(ecam.write({.offset = 0x8000, .width = 4}, 0));
  EXPECT_EQ(*ecam.read({.offset = 0x8000, .width = 4}), 0xffffffffu);
  EXPECT_EQ(*ecam.read({.offset = 0x0fffffff, .width = 1}), 0xffu);
}

TEST_F(EcamTest, EightByteAndStraddlingAccessesAreRefused) {
  ecam.set_enabled(true);

  EXPECT_EQ(ecam.read({.offset = 0, .width = 8}).error(), IoFault::kBadWidth);
  EXPECT_EQ(ecam.read({.offset = 3, .width = 2}).error(), IoFault::kUnaligned);
  EXPECT_EQ(ecam.read({.offset = 2, .width = 4}).error(), IoFault::kUnaligned);
  EXPECT_EQ(ecam.read({.offset = 0x10000000, .width = 1}).error(), IoFault::kBadOffset);
}

}  // namespace
}  // namespace unpark
