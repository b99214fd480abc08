// SPDX-License-Identifier: Apache-2.0
#include "vmm/hotplug_trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "tests/fakes/fake_clock.h"

namespace unpark {
namespace {

using std::chrono::microseconds;
using testing::ElementsAre;
using testing::IsEmpty;

// Rows of the table, in the order of the list.
constexpr std::size_t k01a = 0, kNoEquivalent = 2, k04 = 3, k05 = 4, k10 = 11, k15 = 16;

struct HotplugTracerTest : testing::Test {
  test::FakeClock clock;
  std::vector<std::pair<std::uint64_t, std::size_t>> told;  // record, row
  HotplugTracer tracer{clock, [this](const HotplugRecord& r, std::size_t row) {
                         told.push_back({r.number, row});
                       }};

  StepTime step(std::uint64_t number, std::size_t row) {
    const auto r = tracer.record(number);
    if (!r) ADD_FAILURE() << "no record " << number;
    return r ? r->steps[row] : StepTime{};
  }
  void note_all_but(std::uint32_t cpu, std::size_t missing) {
    for (std::size_t row = 0; row < 17; ++row)
      if (row != missing && row != kNoEquivalent) tracer.note(VcpuId{cpu}, row, StepSource::kGuest);
  }
};

TEST(HotplugSteps, AreTheFifteenOfTheList) {
  std::vector<std::string> labels;
  labels.reserve(kSteps.size());
  for (const StepInfo& s : kSteps) labels.emplace_back(s.label);
  EXPECT_THAT(labels, ElementsAre("01a", "01b", "02-03", "04", "05", "06", "07a", "07b", "08a",
                                  "08b", "09", "10", "11", "12", "13", "14", "15"));
}

// docs/step-port.md: the number in bits 7:4, the letter in 3:0.
TEST(HotplugSteps, RowOfACodeIsItsStep) {
  const std::pair<std::uint8_t, std::string_view> codes[] = {
      {0x1a, "01a"}, {0x1b, "01b"}, {0x40, "04"},  {0x50, "05"}, {0x60, "06"}, {0x7a, "07a"},
      {0x7b, "07b"}, {0x8a, "08a"}, {0x8b, "08b"}, {0x90, "09"}, {0xa0, "10"}, {0xb0, "11"},
      {0xc0, "12"},  {0xd0, "13"},  {0xe0, "14"},  {0xf0, "15"}};
  for (const auto& [code, label] : codes) {
    const auto row = row_of(code);
    ASSERT_TRUE(row) << label;
    EXPECT_EQ(kSteps[*row].label, label);
  }
}

TEST_F(HotplugTracerTest, AnAddFoundByAHandlerAlreadyRunningTakesItsStepsOver) {
  constexpr std::size_t k07a = 6;
  tracer.begin(VcpuId{1}, "first");
  clock.advance(microseconds(10));
  tracer.note_all_open(k04, StepSource::kGuest);
  tracer.note_all_open(k05, StepSource::kVmm);
  clock.advance(microseconds(5));
  const auto late = tracer.begin(VcpuId{2}, "late");
  EXPECT_EQ(step(late, k04).source, StepSource::kNotObserved);
  clock.advance(microseconds(5));
  told.clear();
  tracer.note(VcpuId{2}, k07a, StepSource::kVmm);
  EXPECT_EQ(step(late, k04).source, StepSource::kGuest);
  EXPECT_EQ(step(late, k04).since_order, -microseconds(5));
  EXPECT_EQ(step(late, k05).source, StepSource::kVmm);
  EXPECT_EQ(step(late, k07a).since_order, microseconds(5));
  EXPECT_THAT(told, ElementsAre(std::pair{late, k04}, std::pair{late, k05}, std::pair{late, k07a}));
  // One that the next run finds has that run's.
  clock.advance(microseconds(5));
  const auto next = tracer.begin(VcpuId{3}, "next");
  clock.advance(microseconds(1));
  tracer.note_all_open(k04, StepSource::kGuest);
  tracer.note(VcpuId{3}, k07a, StepSource::kVmm);
  EXPECT_EQ(step(next, k04).since_order, microseconds(1));
}

TEST_F(HotplugTracerTest, AnAddFoundByAnSmiOfNoHandlerLacksStep04) {
  constexpr std::size_t k07a = 6;
  tracer.note_all_open(k04, StepSource::kGuest);
  clock.advance(microseconds(1));
  tracer.note_all_open(k05, StepSource::kVmm);
  clock.advance(microseconds(9));
  const auto number = tracer.begin(VcpuId{1}, "cpu1");
  tracer.note_all_open(k05, StepSource::kVmm);  // somebody wrote 0xB2
  tracer.note(VcpuId{1}, k07a, StepSource::kVmm);
  EXPECT_EQ(step(number, k04).source, StepSource::kNotObserved);
}

TEST(HotplugSteps, OtherCodesHaveNoRow) {
  std::size_t rows = 0;
  for (unsigned code = 0; code < 256; ++code)
    if (row_of(static_cast<std::uint8_t>(code))) ++rows;
  EXPECT_EQ(rows, 16u);
  for (const unsigned code : {0x00u, 0x03u, 0x20u, 0x30u, 0x41u, 0xffu})
    EXPECT_FALSE(row_of(static_cast<std::uint8_t>(code)));
}

TEST_F(HotplugTracerTest, StepFiveIsTheVmmsIfItRaisesTheSmi) {
  const auto guest = tracer.record(tracer.begin(VcpuId{2}, "a"));
  const auto vmm = tracer.record(tracer.begin(VcpuId{3}, "b", true));
  ASSERT_TRUE(guest && vmm);
  EXPECT_EQ(step_of(*guest, k05).who, "host CPU, OS");
  for (std::size_t row = 0; row < 17; ++row) {
    EXPECT_EQ(step_of(*vmm, row).label, kSteps[row].label);
    EXPECT_EQ(step_of(*vmm, row).who, row == k05 ? "VMM" : kSteps[row].who);
  }
}

TEST_F(HotplugTracerTest, NumbersOrdersFromOneUp) {
  EXPECT_EQ(tracer.begin(VcpuId{2}, "a"), 1u);
  EXPECT_EQ(tracer.begin(VcpuId{3}, "b"), 2u);
  ASSERT_EQ(tracer.records().size(), 2u);
  EXPECT_EQ(tracer.records()[0].cpu, VcpuId{2});
  EXPECT_EQ(tracer.records()[1].id, "b");
}

TEST_F(HotplugTracerTest, FreshRecordHasSeenNothing) {
  const auto number = tracer.begin(VcpuId{2}, "a");
  const auto record = tracer.record(number);
  ASSERT_TRUE(record);
  EXPECT_FALSE(record->complete());
  EXPECT_EQ(record->first_missing(), k01a);
  EXPECT_FALSE(record->smbase_before);
  EXPECT_THAT(told, IsEmpty());
}

TEST_F(HotplugTracerTest, TimeCountsFromTheOrder) {
  clock.advance(microseconds{500});
  const auto number = tracer.begin(VcpuId{2}, "a");
  clock.advance(microseconds{70});
  tracer.note(VcpuId{2}, k05, StepSource::kVmm);
  EXPECT_EQ(step(number, k05).source, StepSource::kVmm);
  EXPECT_EQ(step(number, k05).since_order, microseconds{70});
}

TEST_F(HotplugTracerTest, BetterSourceReplacesAWorseOneAndItsTime) {
  const auto number = tracer.begin(VcpuId{2}, "a");
  microseconds at{0};
  for (const StepSource s : {StepSource::kVmm, StepSource::kTracepoint, StepSource::kGuest}) {
    clock.advance(microseconds{10});
    at += microseconds{10};
    tracer.note(VcpuId{2}, k10, s);
    EXPECT_EQ(step(number, k10).source, s);
    EXPECT_EQ(step(number, k10).since_order, at);
  }
}

TEST_F(HotplugTracerTest, WorseSourceChangesNothing) {
  const auto number = tracer.begin(VcpuId{2}, "a");
  tracer.note(VcpuId{2}, k10, StepSource::kGuest);
  clock.advance(microseconds{10});
  tracer.note(VcpuId{2}, k10, StepSource::kVmm);
  tracer.note(VcpuId{2}, k10, StepSource::kTracepoint);
  EXPECT_EQ(step(number, k10).source, StepSource::kGuest);
  EXPECT_EQ(step(number, k10).since_order, microseconds{0});
}

TEST_F(HotplugTracerTest, SameSourceCountsOnce) {
  const auto number = tracer.begin(VcpuId{2}, "a");
  tracer.note(VcpuId{2}, k10, StepSource::kGuest);
  clock.advance(microseconds{10});
  tracer.note(VcpuId{2}, k10, StepSource::kGuest);
  EXPECT_EQ(step(number, k10).since_order, microseconds{0});
}

TEST_F(HotplugTracerTest, ListenerIsToldOfTheFirstSightingOnly) {
  (void)tracer.begin(VcpuId{2}, "a");
  tracer.note(VcpuId{2}, k10, StepSource::kVmm);
  tracer.note(VcpuId{2}, k10, StepSource::kVmm);
  tracer.note(VcpuId{2}, k10, StepSource::kGuest);
  EXPECT_THAT(told, ElementsAre(std::pair{1u, k10}));
}

TEST_F(HotplugTracerTest, ListenerMayLookAtTheTracer) {
  std::size_t records = 0;
  HotplugTracer* self = nullptr;
  HotplugTracer own(clock, [&](const HotplugRecord&, std::size_t) {
    records = self->records().size();  // a lock that is held would never be given
  });
  self = &own;
  (void)own.begin(VcpuId{1}, "a");
  own.note(VcpuId{1}, k04, StepSource::kVmm);
  EXPECT_EQ(records, 1u);
}

TEST_F(HotplugTracerTest, StepsOfACpuThatNobodyAddedAreIgnored) {
  (void)tracer.begin(VcpuId{2}, "a");
  tracer.note(VcpuId{3}, k10, StepSource::kGuest);
  tracer.note(VcpuId{0xffff}, k10, StepSource::kGuest);
  tracer.update(VcpuId{3}, [](HotplugRecord& r) { r.worked = true; });
  EXPECT_THAT(told, IsEmpty());
  EXPECT_FALSE(tracer.record(1)->worked);
}

TEST_F(HotplugTracerTest, StepsGoToTheNewestRecordOfTheCpu) {
  const auto first = tracer.begin(VcpuId{2}, "a");
  const auto second = tracer.begin(VcpuId{2}, "b");
  tracer.note(VcpuId{2}, k10, StepSource::kGuest);
  EXPECT_EQ(step(first, k10).source, StepSource::kNotObserved);
  EXPECT_EQ(step(second, k10).source, StepSource::kGuest);
}

TEST_F(HotplugTracerTest, StepsThatAreAboutAllGoToEveryOpenRecord) {
  const auto joined = tracer.begin(VcpuId{1}, "a");
  tracer.note(VcpuId{1}, k15, StepSource::kGuest);
  const auto open = tracer.begin(VcpuId{2}, "b");
  const auto also_open = tracer.begin(VcpuId{3}, "c");
  tracer.note_all_open(k05, StepSource::kVmm);
  EXPECT_EQ(step(joined, k05).source, StepSource::kNotObserved);
  EXPECT_EQ(step(open, k05).source, StepSource::kVmm);
  EXPECT_EQ(step(also_open, k05).source, StepSource::kVmm);
  EXPECT_THAT(told, ElementsAre(std::pair{1u, k15}, std::pair{2u, k05}, std::pair{3u, k05}));
}

// A guest may report whatever it likes afterwards: what was seen of a hot-add stays as it was.
TEST_F(HotplugTracerTest, RecordThatIsCompleteIsNotOpen) {
  const auto number = tracer.begin(VcpuId{2}, "a");
  tracer.note(VcpuId{2}, k10, StepSource::kVmm);
  note_all_but(2, k10);
  ASSERT_TRUE(tracer.record(number)->complete());
  clock.advance(microseconds{1000});
  tracer.note(VcpuId{2}, k10, StepSource::kGuest);
  EXPECT_EQ(step(number, k10).source, StepSource::kVmm);
  EXPECT_EQ(step(number, k10).since_order, microseconds{0});
}

TEST_F(HotplugTracerTest, TheGuestMayStillTellTheLastStepThatATracepointHasShown) {
  const auto number = tracer.begin(VcpuId{2}, "a");
  note_all_but(2, k15);
  tracer.note(VcpuId{2}, k15, StepSource::kTracepoint);
  ASSERT_TRUE(tracer.record(number)->complete());
  tracer.note(VcpuId{2}, k15, StepSource::kGuest);
  EXPECT_EQ(step(number, k15).source, StepSource::kGuest);
}

TEST_F(HotplugTracerTest, CompleteNeedsEveryStepButTheOneWithoutEquivalent) {
  const auto number = tracer.begin(VcpuId{2}, "a");
  note_all_but(2, k10);
  EXPECT_FALSE(tracer.record(number)->complete());
  EXPECT_EQ(tracer.record(number)->first_missing(), k10);
}

TEST_F(HotplugTracerTest, RecordWithEveryStepIsComplete) {
  const auto number = tracer.begin(VcpuId{2}, "a");
  note_all_but(2, kNoEquivalent);
  EXPECT_TRUE(tracer.record(number)->complete());
  EXPECT_FALSE(tracer.record(number)->first_missing());
}

TEST_F(HotplugTracerTest, AbandonTakesTheRecordBackAndNoOther) {
  const auto first = tracer.begin(VcpuId{2}, "a");
  const auto second = tracer.begin(VcpuId{3}, "b");
  tracer.abandon(first);
  EXPECT_FALSE(tracer.record(first));
  EXPECT_TRUE(tracer.record(second));
  tracer.abandon(first);  // harmless
  EXPECT_EQ(tracer.records().size(), 1u);
  EXPECT_EQ(tracer.begin(VcpuId{2}, "c"), 3u) << "numbers are not used twice";
}

TEST_F(HotplugTracerTest, UpdateChangesTheNewestRecordOfTheCpu) {
  (void)tracer.begin(VcpuId{2}, "a");
  const auto second = tracer.begin(VcpuId{2}, "b");
  tracer.update(VcpuId{2}, [](HotplugRecord& r) { r.smbase_before = 0x30000; });
  EXPECT_EQ(tracer.record(second)->smbase_before, 0x30000u);
  EXPECT_FALSE(tracer.record(1)->smbase_before);
}

TEST_F(HotplugTracerTest, TheOldestRecordsAreDropped) {
  for (std::uint32_t i = 0; i < 1000; ++i) (void)tracer.begin(VcpuId{i % 7}, "x");
  const auto records = tracer.records();
  EXPECT_LE(records.size(), 256u);
  EXPECT_EQ(records.back().number, 1000u);
  EXPECT_EQ(records.front().number, 1000u - records.size() + 1);
  EXPECT_FALSE(tracer.record(1));
  EXPECT_TRUE(tracer.record(1000));
}

TEST_F(HotplugTracerTest, ManyThreadsMayNote) {
  std::atomic<int> calls{0};
  HotplugTracer own(clock, [&](const HotplugRecord&, std::size_t) { ++calls; });
  for (std::uint32_t cpu = 1; cpu <= 4; ++cpu) (void)own.begin(VcpuId{cpu}, "x");
  {
    std::vector<std::jthread> threads;
    for (std::uint32_t cpu = 1; cpu <= 4; ++cpu)
      threads.emplace_back([&own, cpu] {
        for (int round = 0; round < 50; ++round)
          for (std::size_t row = 0; row < 17; ++row) {
            own.note(VcpuId{cpu}, row, StepSource::kGuest);
            own.note_all_open(k05, StepSource::kVmm);
          }
      });
    for (int i = 0; i < 50; ++i) (void)own.records();
  }
  EXPECT_EQ(calls, 4 * 17);
}

TEST_F(HotplugTracerTest, ANoteMayHaveATimeOfItsOwn) {
  clock.advance(microseconds{100});
  const auto number = tracer.begin(VcpuId{2}, "a");
  EXPECT_EQ(tracer.record(number)->ordered, microseconds{100});
  clock.advance(microseconds{500});
  tracer.note(VcpuId{2}, k10, StepSource::kTracepoint, microseconds{130});
  EXPECT_EQ(step(number, k10).since_order, microseconds{30});
  // The same source counts once, also where it tells of an earlier time.
  tracer.note(VcpuId{2}, k10, StepSource::kTracepoint, microseconds{120});
  EXPECT_EQ(step(number, k10).since_order, microseconds{30});
  tracer.note(VcpuId{2}, k05, StepSource::kTracepoint, microseconds{90});
  EXPECT_EQ(step(number, k05).since_order, -microseconds{10}) << "it had begun before the order";
}

// Firmware without a step port: nobody can see 06, 08a, 08b, 11 and 12.
struct SilentFirmware : HotplugTracerTest {
  std::uint64_t number = 0;
  void SetUp() override {
    number = tracer.begin(VcpuId{2}, "a");
    tracer.update(VcpuId{2}, [](HotplugRecord& r) { r.told = false; });
  }
  void traced() {
    tracer.update(VcpuId{2}, [](HotplugRecord& r) { r.traced = true; });
  }
  void note(std::initializer_list<std::string_view> labels) {
    for (std::size_t i = 0; i < kSteps.size(); ++i)
      if (std::find(labels.begin(), labels.end(), kSteps[i].label) != labels.end())
        tracer.note(VcpuId{2}, i, StepSource::kVmm);
  }
  std::string awaited() {
    const auto row = tracer.record(number)->awaited();
    return row ? std::string{kSteps.at(*row).label} : "none";
  }
  bool done() { return tracer.record(number)->done(); }
};

TEST_F(SilentFirmware, AwaitsOnlyWhatTheVmmCanSee) {
  EXPECT_EQ(awaited(), "01a");
  note({"01a"});
  EXPECT_EQ(awaited(), "01b");
  note({"01b"});
  EXPECT_EQ(awaited(), "04");
  note({"05"});  // 04 was passed over
  EXPECT_EQ(awaited(), "07a");
  note({"07a"});
  EXPECT_EQ(awaited(), "15");
  EXPECT_FALSE(done());
}

TEST_F(SilentFirmware, AwaitsWhatTracepointsCanSee) {
  traced();
  note({"01a", "01b", "04", "05", "07a"});
  EXPECT_EQ(awaited(), "07b");
  note({"07b"});
  EXPECT_EQ(awaited(), "09");
  note({"09"});
  EXPECT_EQ(awaited(), "10");
  note({"13"});
  EXPECT_EQ(awaited(), "14");
  note({"14"});
  EXPECT_EQ(awaited(), "15");
}

TEST_F(SilentFirmware, IsDoneWhenTheCpuHasJoinedTheOs) {
  note({"15"});
  EXPECT_TRUE(done());
  EXPECT_EQ(awaited(), "none");
  EXPECT_FALSE(tracer.record(number)->complete());
}

TEST_F(SilentFirmware, IsDoneWhenTheOsHasAcceptedTheCpu) {
  note({"07a"});
  tracer.update(VcpuId{2}, [](HotplugRecord& r) { r.accepted = true; });
  EXPECT_TRUE(done());
  EXPECT_EQ(awaited(), "none");
}

TEST_F(HotplugTracerTest, FirmwareThatTellsIsDoneWhenEveryStepWasSeenAndWorkHasRun) {
  const auto number = tracer.begin(VcpuId{2}, "a");
  tracer.update(VcpuId{2}, [](HotplugRecord& r) { r.accepted = true; });
  note_all_but(2, k10);
  EXPECT_EQ(tracer.record(number)->awaited(), k10);
  EXPECT_FALSE(tracer.record(number)->done());
  tracer.note(VcpuId{2}, k10, StepSource::kTracepoint);
  EXPECT_FALSE(tracer.record(number)->done());
  tracer.update(VcpuId{2}, [](HotplugRecord& r) { r.worked = true; });
  EXPECT_TRUE(tracer.record(number)->done());
}

TEST(StepSourceNames, SayWhoSawIt) {
  EXPECT_EQ(name_of(StepSource::kNotObserved), "not observed");
  EXPECT_EQ(name_of(StepSource::kVmm), "vmm");
  EXPECT_EQ(name_of(StepSource::kTracepoint), "tracepoint");
  EXPECT_EQ(name_of(StepSource::kGuest), "guest step port");
}

}  // namespace
}  // namespace unpark
