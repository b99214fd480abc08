// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "devices/hotplug_controller.h"
#include "vmm/guest_report.h"
#include "vmm/hotplug_trace.h"
#include "vmm/memory_map.h"
#include "vmm/sys_error.h"

namespace unpark::demo {

// A statement that the demo makes about what happened, and whether it is true.
struct Check {
  bool passed = false;
  std::string claim;     // "the CPU's SMBASE was 0x30000 and is in TSEG"
  std::string evidence;  // values, and who saw them
};

// One machine, from start to the end of its hot-add.
struct Run {
  HotplugTrigger trigger = HotplugTrigger::kGuest;
  std::uint32_t cpus = 2, max_cpus = 4;
  std::uint64_t memory = 0;  // bytes
  VcpuId added{2};
  std::string order, answer;  // JSON lines on the control socket
  std::optional<HotplugRecord> record;
  std::vector<GuestLine> verdicts;  // PASS, FAIL and SKIP
  HotplugRefusals refused;
  TsegRange tseg;
  std::vector<Check> checks;
  std::string failure;  // why it ended before its end; empty if it did not

  [[nodiscard]] bool passed() const;
};

// Boots the embedded guest, orders one CPU over a control socket of its own and waits until the
// guest has reported. `progress` is told what is being waited for. Error: this host cannot.
Result<Run, Error> run(HotplugTrigger trigger,
                       const std::function<void(const std::string&)>& progress);

// Fills Run::checks from the rest of it.
void judge(Run& run);

}  // namespace unpark::demo
