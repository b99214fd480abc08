// SPDX-License-Identifier: Apache-2.0
// What the demo claims, and on whose word.
#include <fmt/format.h>

#include <algorithm>

#include "vmm/demo_checks.h"
#include "vmm/q35_map.h"

namespace unpark::demo {

namespace {

std::string hex_or_unknown(const std::optional<std::uint64_t>& v) {
  return v ? fmt::format("{:#x}", *v) : "not read";
}

Check steps_check(const HotplugRecord& r) {
  const auto missing = r.first_missing();
  if (!missing)
    return {true, "every step was observed", fmt::format("{} of {}", kStepRows - 1, kStepRows - 1)};
  const StepInfo& step = step_of(r, *missing);
  return {false, "every step was observed",
          fmt::format("step {} did not come for CPU {}; waited for: {}, {}", step.label,
                      r.cpu.value, step.who, step.what)};
}

}  // namespace

// The kernel's own state of the parked vCPU, compared by the VMM before and after.
Check deaf_check(const HotplugRecord& r) {
  return {r.parked_state_intact, "while parked, nothing reached the CPU and nothing moved in it",
          r.parked_state_intact
              ? "KVM's registers, MP state, IRR, NMI and SMI of the vCPU: unchanged, none pending"
              : "KVM's state of the vCPU changed while it was parked"};
}

Check smbase_check(const HotplugRecord& r, const TsegRange& tseg) {
  const bool inside = r.smbase_after && *r.smbase_after + 0x8000 >= tseg.first &&
                      *r.smbase_after + 0x1'0000 <= tseg.end;
  return {r.smbase_before == q35::kResetSmbase && inside, "its SMBASE was 0x30000 and is in TSEG",
          fmt::format("was {}, is {}, TSEG {:#x}-{:#x} (MSR 9Eh read from the host)",
                      hex_or_unknown(r.smbase_before), hex_or_unknown(r.smbase_after), tseg.first,
                      tseg.end == 0 ? 0 : tseg.end - 1)};
}

Check refusal_check(const HotplugRefusals& refused) {
  const std::uint64_t all = refused.control + refused.os;
  return {all > 0, "the OS's attempts on the hotplug controller were refused",
          fmt::format("{} on the control window, {} on the OS window (counted by the VMM)",
                      refused.control, refused.os)};
}

void judge(Run& run) {
  run.checks.clear();
  if (!run.record) {
    if (run.failure.empty()) run.failure = "no hot-add was recorded";
    return;
  }
  const HotplugRecord& r = *run.record;
  run.checks.push_back(steps_check(r));
  run.checks.push_back(deaf_check(r));
  // Where the OS runs before the firmware, it attacks.
  if (run.trigger == HotplugTrigger::kGuest) run.checks.push_back(refusal_check(run.refused));
  run.checks.push_back(smbase_check(r, run.tseg));
  run.checks.push_back({r.worked, "work ran on it under the OS",
                        r.worked ? "reported on the step port" : "not reported"});
  const auto failed = std::count_if(run.verdicts.begin(), run.verdicts.end(),
                                    [](const GuestLine& l) { return l.kind == "FAIL"; });
  const auto passed = std::count_if(run.verdicts.begin(), run.verdicts.end(),
                                    [](const GuestLine& l) { return l.kind == "PASS"; });
  run.checks.push_back({failed == 0 && passed > 0, "the guest's own verdicts",
                        fmt::format("{} passed, {} failed", passed, failed)});
}

bool Run::passed() const {
  return failure.empty() && !checks.empty() &&
         std::all_of(checks.begin(), checks.end(), [](const Check& c) { return c.passed; });
}

}  // namespace unpark::demo
