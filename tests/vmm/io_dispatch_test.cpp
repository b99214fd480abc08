// SPDX-License-Identifier: Apache-2.0
#include "vmm/io_dispatch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace unpark {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Remembers every access; reads answer with the next of `answers`.
class RecordingDevice final : public IoDevice {
 public:
  struct Seen {
    std::uint32_t offset;
    int width;
    bool in_smm;
    std::uint32_t cpu;
    std::uint64_t value;  // written
    friend bool operator==(const Seen&, const Seen&) = default;
  };

  std::string_view name() const override { return "recording"; }
  Result<std::uint64_t, IoFault> read(Access at) override {
    reads.push_back({at.offset, at.width, at.in_smm, at.cpu.value, 0});
    if (reads.size() > answers.size()) return Unexpected{IoFault::kBadOffset};
    return answers[reads.size() - 1];
  }
  Result<Done, IoFault> write(Access at, std::uint64_t value) override {
    writes.push_back({at.offset, at.width, at.in_smm, at.cpu.value, value});
    return Done{};
  }

  std::vector<std::uint64_t> answers;
  std::vector<Seen> reads, writes;
};

// gmock's way to say what was seen; plain braces would not deduce.
RecordingDevice::Seen seen(std::uint32_t offset, int width, std::uint64_t value = 0) {
  return {offset, width, false, 3, value};
}

struct IoDispatch : testing::Test {
  std::shared_ptr<RecordingDevice> port = std::make_shared<RecordingDevice>();
  std::shared_ptr<RecordingDevice> window = std::make_shared<RecordingDevice>();
  Bus<Port> ports =
      Bus<Port>::Builder{}.claim(*Range<Port>::make(Port{0x510}, 12), port).build().value();
  Bus<Gpa> mmio = Bus<Gpa>::Builder{}
                      .claim(*Range<Gpa>::make(Gpa{0xb000'0000}, 0x1000), window)
                      .build()
                      .value();
  Accessor who{VcpuId{3}, false};
  std::array<std::byte, 16> buffer{};

  AfterExit run(const VmExit& e) { return dispatch(e, who, ports, mmio); }
  std::vector<int> bytes(std::size_t n) {
    std::vector<int> out;
    for (std::size_t i = 0; i < n; ++i) out.push_back(std::to_integer<int>(buffer[i]));
    return out;
  }
  void fill() {
    for (std::size_t i = 0; i < buffer.size(); ++i) buffer[i] = static_cast<std::byte>(i + 1);
  }
};

TEST_F(IoDispatch, PortInBringsTheDevicesValueAndNoHighBits) {
  port->answers = {0xffff'ffff'0403'0201};
  EXPECT_EQ(run(vm_exit::PortIn{Port{0x514}, 4, std::span(buffer).first(4)}), AfterExit::kRunAgain);
  EXPECT_THAT(bytes(5), ElementsAre(1, 2, 3, 4, 0));
  EXPECT_THAT(port->reads, ElementsAre(seen(4, 4)));
}

TEST_F(IoDispatch, NarrowPortInTouchesItsOwnBytesOnly) {
  port->answers = {0x0201};
  (void)run(vm_exit::PortIn{Port{0x511}, 1, std::span(buffer).first(1)});
  EXPECT_THAT(bytes(2), ElementsAre(1, 0));
}

TEST_F(IoDispatch, UnclaimedPortReadsAllOnes) {
  (void)run(vm_exit::PortIn{Port{0x80}, 2, std::span(buffer).first(2)});
  EXPECT_THAT(bytes(3), ElementsAre(0xff, 0xff, 0));
}

TEST_F(IoDispatch, RefusedReadIsAllOnes) {
  (void)run(vm_exit::PortIn{Port{0x510}, 4, std::span(buffer).first(4)});
  EXPECT_THAT(bytes(5), ElementsAre(0xff, 0xff, 0xff, 0xff, 0));
}

TEST_F(IoDispatch, StringInReadsTheSamePortOncePerItem) {
  port->answers = {0x51, 0x45, 0x4d, 0x55};  // as rep insb reads the signature of fw_cfg
  (void)run(vm_exit::PortIn{Port{0x511}, 1, std::span(buffer).first(4)});
  EXPECT_THAT(bytes(4), ElementsAre(0x51, 0x45, 0x4d, 0x55));
  EXPECT_THAT(port->reads, ElementsAre(seen(1, 1), seen(1, 1), seen(1, 1), seen(1, 1)));
}

TEST_F(IoDispatch, StringOutWritesItemByItemInOrder) {
  fill();
  (void)run(vm_exit::PortOut{Port{0x512}, 2, std::span(buffer).first(6)});
  EXPECT_THAT(port->writes,
              ElementsAre(seen(2, 2, 0x0201), seen(2, 2, 0x0403), seen(2, 2, 0x0605)));
}

TEST_F(IoDispatch, StringIoOfNoItemsReachesNobody) {
  (void)run(vm_exit::PortOut{Port{0x510}, 4, {}});
  (void)run(vm_exit::PortIn{Port{0x510}, 4, {}});
  EXPECT_THAT(port->writes, IsEmpty());
  EXPECT_THAT(port->reads, IsEmpty());
}

TEST_F(IoDispatch, DeviceLearnsWhoAsksAndFromWhere) {
  fill();
  who = {VcpuId{7}, true};
  (void)run(vm_exit::PortOut{Port{0x510}, 2, std::span(buffer).first(2)});
  (void)run(vm_exit::MmioRead{Gpa{0xb000'0000}, std::span(buffer).first(4)});
  ASSERT_EQ(port->writes.size(), 1u);
  EXPECT_TRUE(port->writes[0].in_smm);
  EXPECT_EQ(port->writes[0].cpu, 7u);
  ASSERT_EQ(window->reads.size(), 1u);
  EXPECT_TRUE(window->reads[0].in_smm);
  EXPECT_EQ(window->reads[0].cpu, 7u);
}

TEST_F(IoDispatch, MmioOfWholeSizesIsOneAccess) {
  fill();
  for (const std::size_t size : {1u, 2u, 4u, 8u}) {
    window->writes.clear();
    (void)run(vm_exit::MmioWrite{Gpa{0xb000'0100}, std::span(buffer).first(size)});
    const std::uint64_t value = 0x0807'0605'0403'0201 & (~std::uint64_t{0} >> (64 - 8 * size));
    EXPECT_THAT(window->writes, ElementsAre(seen(0x100, static_cast<int>(size), value)));
  }
}

TEST_F(IoDispatch, MmioReadFillsEightBytes) {
  window->answers = {0x0807'0605'0403'0201};
  (void)run(vm_exit::MmioRead{Gpa{0xb000'0008}, std::span(buffer).first(8)});
  EXPECT_THAT(bytes(9), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 0));
}

TEST_F(IoDispatch, MmioOfOddSizesGoesByteByByteToRisingAddresses) {
  fill();
  (void)run(vm_exit::MmioWrite{Gpa{0xb000'0ffd}, std::span(buffer).first(3)});
  EXPECT_THAT(window->writes, ElementsAre(seen(0xffd, 1, 1), seen(0xffe, 1, 2), seen(0xfff, 1, 3)));
  window->answers = {0x11, 0x22, 0x33, 0x44, 0x55};
  (void)run(vm_exit::MmioRead{Gpa{0xb000'0020}, std::span(buffer).first(5)});
  EXPECT_THAT(bytes(6), ElementsAre(0x11, 0x22, 0x33, 0x44, 0x55, 6));
}

TEST_F(IoDispatch, OddMmioOverTheEndOfADeviceReadsOnesBehindIt) {
  window->answers = {0x11, 0x22};
  (void)run(vm_exit::MmioRead{Gpa{0xb000'0ffe}, std::span(buffer).first(3)});
  EXPECT_THAT(bytes(3), ElementsAre(0x11, 0x22, 0xff));
}

TEST_F(IoDispatch, UnclaimedMemoryReadsAllOnesAndTakesWrites) {
  (void)run(vm_exit::MmioRead{Gpa{0xfed4'0000}, std::span(buffer).first(1)});
  EXPECT_THAT(bytes(2), ElementsAre(0xff, 0));
  EXPECT_EQ(run(vm_exit::MmioWrite{Gpa{0xffff'ffff'ffff'fff8}, std::span(buffer).first(8)}),
            AfterExit::kRunAgain);
}

TEST_F(IoDispatch, MmioAtTheTopOfTheAddressSpaceIsHarmless) {
  for (std::size_t size = 0; size <= 8; ++size)
    EXPECT_EQ(run(vm_exit::MmioRead{Gpa{0xffff'ffff'ffff'ffff}, std::span(buffer).first(size)}),
              AfterExit::kRunAgain);
}

TEST_F(IoDispatch, ExitsWithoutAnAccessSayWhatComesNext) {
  EXPECT_EQ(run(vm_exit::Interrupted{}), AfterExit::kRunAgain);
  EXPECT_EQ(run(vm_exit::Halted{}), AfterExit::kRunAgain);
  EXPECT_EQ(run(vm_exit::TripleFault{}), AfterExit::kTripleFault);
  std::uint8_t refused = 0;
  EXPECT_EQ(run(vm_exit::MsrWrite{0x1b, 0, &refused}), AfterExit::kRunAgain);
  EXPECT_EQ(refused, 1) << "only the machine knows better";
  EXPECT_EQ(run(vm_exit::Failed{17, 1}), AfterExit::kFailed);
  EXPECT_THAT(port->reads, IsEmpty());
  EXPECT_THAT(window->reads, IsEmpty());
}

}  // namespace
}  // namespace unpark
