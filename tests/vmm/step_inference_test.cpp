// SPDX-License-Identifier: Apache-2.0
#include "vmm/step_inference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace unpark {
namespace {

using std::chrono::microseconds;
using testing::ElementsAre;
using testing::IsEmpty;
using namespace trace_event;

// Rows of the table, in the order of the list.
constexpr std::size_t k05 = 4, k07b = 7, k09 = 10, k10 = 11, k13 = 14, k14 = 15, k15 = 16;
constexpr std::uint64_t kReset = 0x3'0000, kTseg = 0x1ffb'd000;

using Step = std::pair<std::size_t, int>;  // row, time in microseconds

struct Inference : testing::Test {
  StepInference inference{4};

  void see(std::uint32_t on, int at, const TraceEvent& event) {
    std::vector<StepInference::Seen> news;
    inference.see(VcpuId{on}, microseconds{at}, event, news);
    take(news);
  }
  void take(const std::vector<StepInference::Seen>& news) {
    for (const auto& s : news) {
      seen.emplace_back(s.row, static_cast<int>(s.at / microseconds{1}));
      of.push_back(s.cpu.value);
    }
  }
  void smm(std::uint32_t cpu, int at, bool entering, std::uint64_t smbase = kTseg) {
    see(cpu, at, SmmTransition{cpu, entering, smbase});
  }
  void ipi(std::uint32_t from, int at, IpiMode mode, std::uint32_t to) {
    see(from, at, IpiSent{to, mode, true, false});
    see(from, at, IpiArrived{to, mode});
  }
  void settle(int until) {
    std::vector<StepInference::Seen> news;
    inference.settle(microseconds{until}, news);
    take(news);
  }
  void order(std::uint32_t cpu) { inference.follow(VcpuId{cpu}); }
  void unpark(std::uint32_t cpu, int at) { inference.unparked(VcpuId{cpu}, microseconds{at}); }
  void halts(std::uint32_t cpu, int at) { inference.halted(VcpuId{cpu}, microseconds{at}); }
  // CPU 0 is in SMM from 10 on, and has unparked CPU 1 at 20.
  void unparked_in_smm() {
    order(1);
    smm(0, 10, true);
    unpark(1, 20);
  }

  std::vector<Step> seen;
  std::vector<std::uint32_t> of;
};

// The events of a real hot-add, in their order (docs/design.md).
TEST_F(Inference, OfOvmfAndLinux) {
  unparked_in_smm();
  ipi(0, 30, IpiMode::kSmi, 1);
  ipi(0, 40, IpiMode::kInit, 1);
  ipi(0, 50, IpiMode::kStartUp, 1);
  smm(1, 60, true, kReset);
  smm(1, 70, false, kReset);
  halts(1, 75);
  smm(0, 80, false);
  settle(90);
  see(0, 100, IpiSent{1, IpiMode::kInit, true, false});
  see(0, 101, IpiArrived{1, IpiMode::kInit});
  see(0, 102, IpiSent{1, IpiMode::kInit, true, true});
  see(0, 103, IpiArrived{1, IpiMode::kInit});
  ipi(0, 110, IpiMode::kStartUp, 1);
  ipi(0, 120, IpiMode::kStartUp, 1);
  // The second SIPI is the same step: the tracer counts it once.
  EXPECT_THAT(seen, ElementsAre(Step{k05, 10}, Step{k09, 30}, Step{k07b, 50}, Step{k10, 60},
                                Step{k13, 70}, Step{k14, 75}, Step{k15, 110}, Step{k15, 120}));
  EXPECT_THAT(of, testing::Each(1u));
}

// It starts the CPU first, then sends the SMI; later one more, to see where it goes.
TEST_F(Inference, OfTheEmbeddedGuest) {
  order(1);
  smm(2, 9, true);
  smm(0, 10, true);
  unpark(1, 20);
  ipi(0, 30, IpiMode::kInit, 1);
  ipi(0, 40, IpiMode::kStartUp, 1);
  ipi(0, 41, IpiMode::kStartUp, 1);
  ipi(0, 50, IpiMode::kSmi, 1);
  smm(1, 60, true, kReset);
  smm(1, 70, false, kReset);
  ipi(0, 80, IpiMode::kSmi, 1);
  smm(1, 81, true);
  smm(1, 82, false);
  smm(0, 90, false);
  smm(2, 91, false);
  ipi(2, 100, IpiMode::kInit, 1);
  ipi(2, 110, IpiMode::kStartUp, 1);
  EXPECT_THAT(seen, ElementsAre(Step{k05, 9}, Step{k07b, 40}, Step{k07b, 41}, Step{k09, 50},
                                Step{k10, 60}, Step{k13, 70}, Step{k09, 80}, Step{k15, 110}));
}

TEST_F(Inference, NothingIsAStepBeforeTheUnpark) {
  order(1);
  smm(0, 10, true);
  ipi(0, 11, IpiMode::kInit, 1);
  ipi(0, 12, IpiMode::kStartUp, 1);
  ipi(0, 13, IpiMode::kSmi, 1);
  smm(0, 14, false);
  settle(19);
  EXPECT_THAT(seen, IsEmpty());
  // Nor is the SMI that was over by then the one it was unparked in.
  unpark(1, 20);
  settle(30);
  EXPECT_THAT(seen, IsEmpty());
}

TEST_F(Inference, TheSmiIsFoundWhenAllEventsUpToTheUnparkAreKnown) {
  order(1);
  unpark(1, 20);
  settle(15);
  smm(0, 18, true);
  EXPECT_THAT(seen, IsEmpty());
  settle(20);
  EXPECT_THAT(seen, ElementsAre(Step{k05, 18}));
}

TEST_F(Inference, OnlyTheMessageToThisCpuAloneCounts) {
  unparked_in_smm();
  for (const IpiMode mode : {IpiMode::kInit, IpiMode::kStartUp, IpiMode::kSmi}) {
    see(0, 30, IpiSent{1, mode, false, false});  // a shorthand
    see(0, 31, IpiArrived{1, mode});
    see(0, 32, IpiSent{2, mode, true, false});  // another CPU's
    see(0, 33, IpiArrived{1, mode});
    see(0, 34, IpiSent{1, IpiMode::kNmi, true, false});
    see(0, 35, IpiArrived{1, mode});
    see(3, 36, IpiArrived{1, mode});  // a CPU that has sent nothing, of unknown mode
    see(1, 37, IpiSent{1, mode, true, false});
    see(1, 38, IpiArrived{1, mode});  // to itself
  }
  settle(40);
  EXPECT_THAT(seen, ElementsAre(Step{k05, 10}));
}

TEST_F(Inference, AnSmiFromOutsideSmmIsNotTheFirmwares) {
  unparked_in_smm();
  smm(2, 21, true);
  smm(2, 22, false);
  ipi(2, 30, IpiMode::kSmi, 1);
  EXPECT_THAT(seen, ElementsAre(Step{k05, 10}));
}

TEST_F(Inference, ASipiCountsOnlyWithAnInitFromTheSameSide) {
  unparked_in_smm();
  ipi(0, 30, IpiMode::kStartUp, 1);
  ipi(0, 31, IpiMode::kInit, 1);
  smm(0, 40, false);
  ipi(0, 50, IpiMode::kStartUp, 1);
  // Taking an INIT away is none.
  see(0, 60, IpiSent{1, IpiMode::kInit, true, true});
  see(0, 61, IpiArrived{1, IpiMode::kInit});
  ipi(0, 62, IpiMode::kStartUp, 1);
  EXPECT_THAT(seen, ElementsAre(Step{k05, 10}));
}

TEST_F(Inference, EnteringSmmElsewhereIsNotTheRebase) {
  unparked_in_smm();
  smm(1, 30, true);
  smm(1, 31, false);
  EXPECT_THAT(seen, ElementsAre(Step{k05, 10}));
}

TEST_F(Inference, ACpuThatStaysInSmmHasNotBeenRebased) {
  unparked_in_smm();
  smm(1, 30, true, kReset);
  halts(1, 40);
  settle(50);
  EXPECT_THAT(seen, ElementsAre(Step{k05, 10}));
}

TEST_F(Inference, AHaltAfterTheOssInitIsTheOss) {
  unparked_in_smm();
  smm(1, 30, true, kReset);
  smm(1, 31, false, kReset);
  smm(0, 35, false);
  seen.clear();
  halts(1, 50);
  ipi(0, 45, IpiMode::kInit, 1);
  settle(60);
  EXPECT_THAT(seen, IsEmpty());
}

TEST_F(Inference, AHaltCountsWhenAllEventsUpToItAreKnown) {
  unparked_in_smm();
  smm(1, 30, true, kReset);
  smm(1, 31, false, kReset);
  seen.clear();
  halts(1, 50);
  settle(49);
  EXPECT_THAT(seen, IsEmpty());
  settle(50);
  settle(51);
  EXPECT_THAT(seen, ElementsAre(Step{k14, 50}));
}

TEST_F(Inference, AfterLostEventsNothingIsMadeUp) {
  unparked_in_smm();
  ipi(0, 30, IpiMode::kInit, 1);
  smm(1, 31, true, kReset);
  seen.clear();
  inference.lost();
  ipi(0, 40, IpiMode::kStartUp, 1);
  ipi(0, 41, IpiMode::kSmi, 1);
  smm(1, 42, false, kReset);
  halts(1, 43);
  settle(50);
  EXPECT_THAT(seen, IsEmpty());
  // From where the host CPU's mode is known again.
  smm(0, 60, false);
  ipi(0, 70, IpiMode::kInit, 1);
  ipi(0, 80, IpiMode::kStartUp, 1);
  EXPECT_THAT(seen, ElementsAre(Step{k15, 80}));
}

TEST_F(Inference, ANewOrderForgetsTheOldOne) {
  unparked_in_smm();
  ipi(0, 30, IpiMode::kInit, 1);
  order(1);
  seen.clear();
  ipi(0, 40, IpiMode::kStartUp, 1);
  EXPECT_THAT(seen, IsEmpty());
  unpark(1, 50);
  ipi(0, 60, IpiMode::kStartUp, 1);
  settle(70);
  EXPECT_THAT(seen, ElementsAre(Step{k05, 10}));
}

TEST_F(Inference, OfTwoCpusInOneSmi) {
  order(1);
  order(3);
  smm(0, 10, true);
  unpark(1, 20);
  ipi(0, 30, IpiMode::kSmi, 1);
  unpark(3, 40);
  ipi(0, 50, IpiMode::kSmi, 3);
  EXPECT_THAT(seen, ElementsAre(Step{k05, 10}, Step{k09, 30}, Step{k05, 10}, Step{k09, 50}));
  EXPECT_THAT(of, ElementsAre(1, 1, 3, 3));
}

TEST_F(Inference, CpusThatAreNoneAreIgnored) {
  unparked_in_smm();
  seen.clear();
  for (const std::uint32_t no : {4u, 5u, 4096u, 0xffff'ffffu}) {
    order(no);
    unpark(no, 25);
    smm(no, 30, true, kReset);
    ipi(no, 31, IpiMode::kSmi, 1);
    see(0, 32, SmmTransition{no, false, kTseg});
  }
  EXPECT_THAT(
      seen, ElementsAre(Step{k05, 10}, Step{k05, 10}, Step{k05, 10}, Step{k05, 10}, Step{k05, 10}));
}

// What a guest can do at will must not add up, and must not hide what comes after it.
TEST_F(Inference, AnIpiStormAddsNothing) {
  unparked_in_smm();
  for (int i = 0; i < 20'000; ++i) {
    ipi(2, 21, IpiMode::kInit, 3);
    ipi(2, 21, IpiMode::kNmi, 1);
    see(2, 21, IpiSent{1, IpiMode::kSmi, false, false});
  }
  EXPECT_THAT(seen, ElementsAre(Step{k05, 10}));
  ipi(0, 30, IpiMode::kSmi, 1);
  EXPECT_THAT(seen, ElementsAre(Step{k05, 10}, Step{k09, 30}));
}

}  // namespace
}  // namespace unpark
