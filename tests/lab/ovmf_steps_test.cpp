// SPDX-License-Identifier: Apache-2.0
// Hot-adds of unmodified OVMF and Linux, step by step, as KVM's tracepoints and the VMM see them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>

#include "tests/lab/ovmf_fixture.h"

namespace unpark {
namespace {

// Adds `cpu` and has Linux start it; its record then.
HotplugRecord added(LinuxGuest& guest, std::uint32_t cpu) {
  LiveMachine& machine = guest.machine();
  EXPECT_EQ(machine.add(VcpuId{cpu}, fmt::format("cpu{}", cpu)), "");
  EXPECT_TRUE(guest.wait_inserted(VcpuId{cpu})) << guest.what_happened();
  EXPECT_TRUE(machine.record_of(VcpuId{cpu})->done()) << "accepted by the OS";
  EXPECT_EQ(
      guest.sh(fmt::format("{}; cat /sys/devices/system/cpu/cpu{}/online", bring_up(cpu), cpu)),
      "1");
  // Step 15 is noted at the next look at the tracepoints.
  EXPECT_TRUE(machine.wait([&](const Seen& s) {
    for (const QmpEvent& e : s.events)
      if (const auto* step = std::get_if<event::HotplugStep>(&e))
        if (step->record.cpu == VcpuId{cpu} && kSteps.at(step->row).label == "15") return true;
    return false;
  }));
  return *machine.record_of(VcpuId{cpu});
}

const StepTime& step(const HotplugRecord& r, std::string_view label) {
  for (std::size_t i = 0; i < kSteps.size(); ++i)
    if (kSteps.at(i).label == label) return r.steps.at(i);
  ADD_FAILURE() << "no step " << label;
  return r.steps[0];
}

void expect(const HotplugRecord& r, StepSource source,
            std::initializer_list<std::string_view> labels) {
  for (const std::string_view label : labels)
    EXPECT_EQ(step(r, label).source, source) << label << " of CPU " << r.cpu.value;
}

TEST_F(OvmfOneBoot, StepsAreSeenWithoutAWordFromTheGuest) {
  for (const std::uint32_t cpu : {1u, 2u, 3u}) {
    const HotplugRecord r = added(guest(), cpu);
    using enum StepSource;
    expect(r, kVmm, {"01a", "01b", "04", "07a", "14"});
    expect(r, kTracepoint, {"05", "07b", "09", "10", "13", "15"});
    // What memory holds, and what OVMF does not do at all.
    expect(r, kNotObserved, {"06", "08a", "08b", "11", "12"});
    // OVMF sends the SMI first: it is pending when INIT and SIPI start the CPU.
    std::string_view before = "01a";
    for (const std::string_view label :
         {"01b", "04", "05", "07a", "09", "07b", "10", "13", "14", "15"}) {
      EXPECT_LE(step(r, before).since_order, step(r, label).since_order)
          << before << " and " << label << " of CPU " << cpu;
      before = label;
    }
    EXPECT_GT(step(r, "01a").since_order.count(), 0);
    EXPECT_TRUE(r.traced);
    EXPECT_FALSE(r.told);
    EXPECT_TRUE(r.done());
    EXPECT_FALSE(r.complete());
    EXPECT_FALSE(r.awaited());
    EXPECT_EQ(r.overdue, "");
    EXPECT_TRUE(r.parked_state_intact);
    EXPECT_EQ(r.smbase_before, 0x3'0000u);
    TsegRange tseg;
    machine().on_loop([&](Machine& m) { tseg = m.tseg(); });
    ASSERT_TRUE(r.smbase_after);
    EXPECT_GE(*r.smbase_after + 0x8000, tseg.first);
    EXPECT_LE(*r.smbase_after + 0x1'0000, tseg.end);
  }
  EXPECT_EQ(guest().sh(kOnlineCpus), "0-3");
  const auto overdue =
      machine().look<std::size_t>([](const Seen& s) { return s.count<event::HotplugOverdue>(); });
  EXPECT_EQ(overdue, 0u);
  for (const char* id : {"cpu1", "cpu2", "cpu3"}) ASSERT_NO_FATAL_FAILURE(remove(id));
}

}  // namespace
}  // namespace unpark
