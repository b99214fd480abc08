// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "vmm/demo_run.h"

namespace unpark {

// Run is also a member of every gtest fixture.
using DemoRun = demo::Run;

// A hot-add of CPU 2 in which all is well. TSEG is the last 16 MiB of 256.
inline DemoRun good_run(HotplugTrigger trigger = HotplugTrigger::kGuest) {
  DemoRun run;
  run.trigger = trigger;
  run.memory = 0x1000'0000;
  run.added = VcpuId{2};
  run.order = R"({"execute": "device_add", "arguments": {"id": "cpu2"}})";
  run.answer = R"({"return": {}})";
  run.tseg = {0xf00'0000, 0x1000'0000};
  run.refused = {.control = 12, .os = 3};
  HotplugRecord record;
  record.number = 1;
  record.cpu = VcpuId{2};
  record.id = "cpu2";
  record.smi_by_vmm = trigger == HotplugTrigger::kVmm;
  for (std::size_t row = 0; row < 17; ++row)
    if (row != 2) record.steps[row] = {StepSource::kGuest, std::chrono::microseconds{100 * row}};
  record.smbase_before = 0x30000;
  record.smbase_after = 0xfff'0000 - 0x8000;
  record.parked_state_intact = record.worked = record.reported = true;
  run.record = record;
  run.verdicts = {{"PASS", "smbase-in-tseg", "cpu=2"}, {"SKIP", "attack-late", "why=trigger"}};
  return run;
}

}  // namespace unpark
