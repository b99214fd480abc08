// SPDX-License-Identifier: Apache-2.0
#include "devices/bus/bus.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace unpark::test {
namespace {

// Answers a read with the offset in every byte, and remembers what was asked.
class EchoDevice final : public IoDevice {
 public:
  explicit EchoDevice(std::string name) : name_(std::move(name)) {}
  std::string_view name() const override { return name_; }
  Result<std::uint64_t, IoFault> read(Access at) override {
    last = at;
    if (fault) return Unexpected{*fault};
    return std::uint64_t{at.offset} * 0x0101'0101'0101'0101;
  }
  Result<Done, IoFault> write(Access at, std::uint64_t value) override {
    last = at;
    written = value;
    if (fault) return Unexpected{*fault};
    return Done{};
  }
  std::optional<IoFault> fault;
  std::optional<Access> last;
  std::uint64_t written = 0;

 private:
  std::string name_;
};

Range<Port> ports(std::uint16_t first, std::uint64_t size) {
  return *Range<Port>::make(Port{first}, size);
}

struct BusRig : testing::Test {
  std::shared_ptr<EchoDevice> low = std::make_shared<EchoDevice>("low");
  std::shared_ptr<EchoDevice> high = std::make_shared<EchoDevice>("high");
  std::vector<BusRefusal> refused;
  Bus<Port> bus = *Bus<Port>::Builder{}
                       .claim(ports(0xfff8, 8), high)
                       .claim(ports(0x10, 4), low)
                       .listener([this](const BusRefusal& r) { refused.push_back(r); })
                       .build();
};

TEST_F(BusRig, GivesTheDeviceAnOffsetIntoItsClaimAndTheContext) {
  EXPECT_EQ(bus.read(Port{0x13}, {.offset = 99, .width = 1, .in_smm = true, .cpu = VcpuId{7}}), 3u);
  ASSERT_TRUE(low->last);
  EXPECT_EQ(low->last->offset, 3u);
  EXPECT_TRUE(low->last->in_smm);
  EXPECT_EQ(low->last->cpu, VcpuId{7});
}

TEST_F(BusRig, CutsReadsAndWritesToTheWidth) {
  EXPECT_EQ(bus.read(Port{0x11}, {.width = 2}), 0x0101u);
  EXPECT_EQ(bus.read(Port{0x11}, {.width = 8}), 0x0101'0101'0101'0101u);
  bus.write(Port{0x11}, {.width = 1}, 0x0403'0201);
  EXPECT_EQ(low->written, 0x01u);
  bus.write(Port{0x11}, {.width = 4}, 0x0807'0605'0403'0201);
  EXPECT_EQ(low->written, 0x0403'0201u);
}

TEST_F(BusRig, UnclaimedReadsAreAllOnesAndUnclaimedWritesVanish) {
  EXPECT_EQ(bus.read(Port{0x0f}, {.width = 1}), 0xffu);
  EXPECT_EQ(bus.read(Port{0x14}, {.width = 2}), 0xffffu);
  EXPECT_EQ(bus.read(Port{0x00}, {.width = 4}), 0xffff'ffffu);
  EXPECT_EQ(bus.read(Port{0xfff7}, {.width = 8}), ~std::uint64_t{0});
  bus.write(Port{0x14}, {.width = 4}, 0);
  EXPECT_FALSE(low->last);
  EXPECT_FALSE(high->last);
  EXPECT_EQ(bus.refusals(), 5u);
}

TEST_F(BusRig, RefusedReadsAreAllOnes) {
  low->fault = IoFault::kForbidden;
  EXPECT_EQ(bus.read(Port{0x10}, {.width = 2}), 0xffffu);
  bus.write(Port{0x10}, {.width = 2}, 0);
  EXPECT_EQ(bus.refusals(), 2u);
}

TEST_F(BusRig, TellsTheListenerWhoRefusedWhatAndWhy) {
  low->fault = IoFault::kBadWidth;
  bus.write(Port{0x12}, {.width = 2, .cpu = VcpuId{3}}, 0);
  (void)bus.read(Port{0x20}, {.width = 1});
  ASSERT_EQ(refused.size(), 2u);
  EXPECT_EQ(refused[0].device, "low");
  EXPECT_EQ(refused[0].fault, IoFault::kBadWidth);
  EXPECT_EQ(refused[0].address, 0x12u);
  EXPECT_TRUE(refused[0].write);
  EXPECT_EQ(refused[0].at.cpu, VcpuId{3});
  EXPECT_EQ(refused[1].device, "");
  EXPECT_FALSE(refused[1].write);
}

TEST_F(BusRig, ReachesTheTopOfTheAddressSpace) {
  EXPECT_EQ(bus.read(Port{0xffff}, {.width = 1}), 7u);
}

TEST(BusBuilder, ReportsEveryConflictWithBothNames) {
  const auto a = std::make_shared<EchoDevice>("a"), b = std::make_shared<EchoDevice>("b"),
             c = std::make_shared<EchoDevice>("c"), d = std::make_shared<EchoDevice>("d");
  const auto bus = Bus<Port>::Builder{}
                       .claim(ports(0, 4), a)
                       .claim(ports(3, 1), b)
                       .claim(ports(0x100, 8), c)
                       .claim(ports(0x107, 8), d)
                       .build();
  ASSERT_FALSE(bus);
  ASSERT_EQ(bus.error().size(), 2u);
  EXPECT_EQ(bus.error()[0].first + bus.error()[0].second, "ab");
  EXPECT_EQ(bus.error()[1].first + bus.error()[1].second, "cd");
}

TEST(BusBuilder, AnEmptyBusAnswersAllOnes) {
  const auto bus = Bus<Gpa>::Builder{}.build();
  ASSERT_TRUE(bus);
  EXPECT_EQ(bus->read(Gpa{0}, {.width = 4}), 0xffff'ffffu);
}

}  // namespace
}  // namespace unpark::test
