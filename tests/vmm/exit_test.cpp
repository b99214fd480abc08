// SPDX-License-Identifier: Apache-2.0
// kvm_run decoded; the page is built by hand.
#include "vmm/exit.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace unpark {
namespace {

constexpr std::size_t kRunSize = 3 * 4096;  // run page, PIO page, coalesced ring
constexpr std::size_t kPioOffset = 4096;

struct ExitTest : testing::Test {
  alignas(4096) std::array<std::byte, kRunSize> page{};
  kvm_run& run = *reinterpret_cast<kvm_run*>(page.data());

  void io(std::uint8_t direction, std::uint8_t size, std::uint32_t count,
          std::uint64_t offset = kPioOffset) {
    run.exit_reason = KVM_EXIT_IO;
    run.io.direction = direction;
    run.io.size = size;
    run.io.port = 0x0511;
    run.io.count = count;
    run.io.data_offset = offset;
  }
  void mmio(bool write, std::uint32_t length) {
    run.exit_reason = KVM_EXIT_MMIO;
    run.mmio.phys_addr = 0xb000'0000;
    run.mmio.len = length;
    run.mmio.is_write = write;
    const std::uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8};
    std::copy_n(bytes, 8, run.mmio.data);
  }
  template <class T>
  T as() {
    return std::get<T>(decode(run, kRunSize));  // throws, and so fails the test, if it is another
  }
  bool failed() { return std::holds_alternative<vm_exit::Failed>(decode(run, kRunSize)); }
};

TEST_F(ExitTest, PortOutCarriesItsBytes) {
  io(KVM_EXIT_IO_OUT, 4, 1);
  page[kPioOffset] = std::byte{0x11};
  page[kPioOffset + 3] = std::byte{0x44};
  const auto e = as<vm_exit::PortOut>();
  EXPECT_EQ(e.port, Port{0x0511});
  EXPECT_EQ(e.width, 4);
  ASSERT_EQ(e.data.size(), 4u);
  EXPECT_EQ(e.data[0], std::byte{0x11});
  EXPECT_EQ(e.data[3], std::byte{0x44});
}

TEST_F(ExitTest, PortInIsFilledInTheRunPage) {
  io(KVM_EXIT_IO_IN, 2, 1);
  const auto e = as<vm_exit::PortIn>();
  EXPECT_EQ(e.width, 2);
  ASSERT_EQ(e.into.size(), 2u);
  e.into[1] = std::byte{0x77};
  EXPECT_EQ(page[kPioOffset + 1], std::byte{0x77});
}

TEST_F(ExitTest, StringIoHasCountTimesSizeBytes) {
  io(KVM_EXIT_IO_IN, 1, 4096);  // rep insb of a page
  EXPECT_EQ(as<vm_exit::PortIn>().into.size(), 4096u);
  io(KVM_EXIT_IO_OUT, 4, 1024);
  EXPECT_EQ(as<vm_exit::PortOut>().data.size(), 4096u);
  EXPECT_EQ(as<vm_exit::PortOut>().width, 4);
}

TEST_F(ExitTest, IoMayEndWithTheMappingAndNotBehindIt) {
  io(KVM_EXIT_IO_OUT, 1, 16, kRunSize - 16);
  EXPECT_EQ(as<vm_exit::PortOut>().data.size(), 16u);
  io(KVM_EXIT_IO_OUT, 1, 17, kRunSize - 16);
  EXPECT_TRUE(failed());
  io(KVM_EXIT_IO_OUT, 4, 1, kRunSize - 3);
  EXPECT_TRUE(failed());
}

TEST_F(ExitTest, IoOffsetOutsideOfTheMappingFails) {
  for (const std::uint64_t offset :
       {std::uint64_t{kRunSize} + 1, std::uint64_t{1} << 32, std::uint64_t{1} << 63,
        std::numeric_limits<std::uint64_t>::max() - 1, std::numeric_limits<std::uint64_t>::max()}) {
    io(KVM_EXIT_IO_IN, 1, 1, offset);
    EXPECT_TRUE(failed()) << offset;
    EXPECT_EQ(as<vm_exit::Failed>().reason, std::uint32_t{KVM_EXIT_IO});
  }
}

TEST_F(ExitTest, IoCountThatCannotFitFails) {
  io(KVM_EXIT_IO_OUT, 4, std::numeric_limits<std::uint32_t>::max());
  EXPECT_TRUE(failed());
  io(KVM_EXIT_IO_OUT, 4, 0x4000'0000);  // 4 GiB: zero in 32 bits
  EXPECT_TRUE(failed());
}

TEST_F(ExitTest, IoOfAWidthThatIsNoneFails) {
  for (const std::uint8_t width : std::array<std::uint8_t, 5>{0, 3, 5, 8, 255}) {
    io(KVM_EXIT_IO_OUT, width, 1);
    EXPECT_TRUE(failed()) << int{width};
  }
}

TEST_F(ExitTest, MmioWriteCarriesItsBytes) {
  for (const std::uint32_t length : {1u, 2u, 3u, 4u, 8u}) {
    mmio(true, length);
    const auto e = as<vm_exit::MmioWrite>();
    EXPECT_EQ(e.at, Gpa{0xb000'0000});
    ASSERT_EQ(e.data.size(), length);
    EXPECT_EQ(e.data[length - 1], static_cast<std::byte>(length));
  }
}

TEST_F(ExitTest, MmioReadIsFilledInTheRunPage) {
  mmio(false, 4);
  const auto e = as<vm_exit::MmioRead>();
  ASSERT_EQ(e.into.size(), 4u);
  e.into[3] = std::byte{0x99};
  EXPECT_EQ(run.mmio.data[3], 0x99);
}

TEST_F(ExitTest, MmioOfMoreThanEightBytesFails) {
  for (const std::uint32_t length : {9u, 4096u, 0xffff'ffffu}) {
    mmio(true, length);
    EXPECT_TRUE(failed()) << length;
  }
}

TEST_F(ExitTest, OtherReasonsHaveTheirNames) {
  run.exit_reason = KVM_EXIT_HLT;
  (void)as<vm_exit::Halted>();
  run.exit_reason = KVM_EXIT_SHUTDOWN;
  (void)as<vm_exit::TripleFault>();
  run.exit_reason = KVM_EXIT_INTR;
  (void)as<vm_exit::Interrupted>();
  run.exit_reason = KVM_EXIT_SYSTEM_EVENT;
  run.system_event.type = KVM_SYSTEM_EVENT_RESET;
  EXPECT_EQ(as<vm_exit::SystemEvent>().type, std::uint32_t{KVM_SYSTEM_EVENT_RESET});
}

TEST_F(ExitTest, AFilteredMsrWriteIsAnsweredInTheRunPage) {
  run.exit_reason = KVM_EXIT_X86_WRMSR;
  run.msr.index = 0x1b;
  run.msr.data = 0xfee0'0d00;
  const auto e = as<vm_exit::MsrWrite>();
  EXPECT_EQ(e.index, 0x1bu);
  EXPECT_EQ(e.value, 0xfee0'0d00u);
  *e.refused = 1;
  EXPECT_EQ(run.msr.error, 1);
}

TEST_F(ExitTest, FailuresCarryKvmsDetail) {
  run.exit_reason = KVM_EXIT_FAIL_ENTRY;
  run.fail_entry.hardware_entry_failure_reason = 0x8000'0021;
  EXPECT_EQ(as<vm_exit::Failed>().reason, std::uint32_t{KVM_EXIT_FAIL_ENTRY});
  EXPECT_EQ(as<vm_exit::Failed>().detail, 0x8000'0021u);
  run.exit_reason = KVM_EXIT_INTERNAL_ERROR;
  run.internal.suberror = KVM_INTERNAL_ERROR_EMULATION;
  EXPECT_EQ(as<vm_exit::Failed>().detail, std::uint64_t{KVM_INTERNAL_ERROR_EMULATION});
}

TEST_F(ExitTest, ReasonsThatThisMachineNeverAsksForFail) {
  for (const std::uint32_t reason : {std::uint32_t{KVM_EXIT_UNKNOWN},
                                     std::uint32_t{KVM_EXIT_HYPERCALL}, 0x1234u, 0xffff'ffffu}) {
    run.exit_reason = reason;
    EXPECT_TRUE(failed()) << reason;
    EXPECT_EQ(as<vm_exit::Failed>().reason, reason);
  }
}

TEST_F(ExitTest, SmmIsBitZeroOfTheFlags) {
  run.flags = 0;
  EXPECT_FALSE(in_smm(run));
  run.flags = 1;
  EXPECT_TRUE(in_smm(run));
  run.flags = 0xfffe;
  EXPECT_FALSE(in_smm(run));
}

}  // namespace
}  // namespace unpark
