// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <utility>
#include <vector>

#include "guest/chips/lapic.h"

namespace unpark::guest::lapic {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

// SDM volume 3, table 11-1 and 11.12.1.2: ICR at 300h and 310h, or MSR 830h.
constexpr std::uintptr_t kLow = 0xfee00300;
constexpr std::uintptr_t kHigh = 0xfee00310;
constexpr std::uint32_t kBaseMsr = 0x1b;
constexpr std::uint32_t kIcr = 0x830;

struct FakeRegisters {
  std::uint64_t apic_base = 0xfee00900;
  std::map<std::uintptr_t, std::uint32_t> memory{};
  std::vector<std::pair<std::uintptr_t, std::uint32_t>> writes{};
  std::vector<std::pair<std::uint32_t, std::uint64_t>> msr_writes{};

  std::uint32_t read(std::uintptr_t at) { return memory[at]; }
  void write(std::uintptr_t at, std::uint32_t v) {
    memory[at] = v;
    writes.emplace_back(at, v);
  }
  [[nodiscard]] std::uint64_t read_msr(std::uint32_t msr) const {
    return msr == kBaseMsr ? apic_base : 0;
  }
  void write_msr(std::uint32_t msr, std::uint64_t v) { msr_writes.emplace_back(msr, v); }
};

// An OS that an SMI interrupts between its two writes sends to whom it meant.
TEST(LapicCommand, LeavesTheDestinationThatAnOsHasWritten) {
  FakeRegisters registers;
  registers.memory[kHigh] = 0x05000000;
  command(registers, 2, icr(Mode::kInit, 0));
  EXPECT_THAT(registers.writes,
              ElementsAre(Pair(kHigh, 0x02000000), Pair(kLow, 0x4500), Pair(kHigh, 0x05000000)));
  EXPECT_THAT(registers.msr_writes, IsEmpty());
}

TEST(LapicCommand, IsOneMsrInX2ApicModeAndTouchesNoMemory) {
  FakeRegisters registers;
  registers.apic_base |= 1u << 10;
  command(registers, 2, icr(Mode::kSmi, 0));
  EXPECT_THAT(registers.msr_writes, ElementsAre(Pair(kIcr, 0x00000002'00004200)));
  EXPECT_THAT(registers.writes, IsEmpty());
}

TEST(LapicCommand, EncodesVectorAndModeAsTheManualDoes) {
  EXPECT_EQ(icr(Mode::kFixed, 0x31), 0x4031u);
  EXPECT_EQ(icr(Mode::kSmi, 0), 0x4200u);
  EXPECT_EQ(icr(Mode::kNmi, 0), 0x4400u);
  EXPECT_EQ(icr(Mode::kStartUp, 9), 0x4609u);
}

}  // namespace
}  // namespace unpark::guest::lapic
