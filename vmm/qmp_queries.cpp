// SPDX-License-Identifier: Apache-2.0
#include "vmm/qmp_queries.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "vmm/qmp_commands.h"
#include "vmm/qmp_trace.h"

namespace unpark {
namespace {

JsonText topology(VcpuId slot) {
  return JsonObject{}
      .add("core-id", json_unsigned(slot.value))
      .add("thread-id", json_integer(0))
      .add("socket-id", json_integer(0))
      .text();
}

// Named by its order; a cold-boot CPU by where QEMU keeps what nobody named.
JsonText qom_path(const CpuInfo& cpu) {
  return json_string(cpu.id.empty() ? fmt::format("/machine/unattached/device[{}]", cpu.slot.value)
                                    : fmt::format("/machine/peripheral/{}", cpu.id));
}

}  // namespace

std::string_view name_of(RunState state) {
  switch (state) {
    case RunState::kPrelaunch:
      return "prelaunch";
    case RunState::kRunning:
      return "running";
    case RunState::kPaused:
      return "paused";
    case RunState::kShutdown:
      return "shutdown";
    case RunState::kInternalError:
      return "internal-error";
    case RunState::kGuestPanicked:
      return "guest-panicked";
  }
  return "internal-error";
}

JsonText query_status(const MachineControl& machine) {
  const RunState state = machine.run_state();
  return JsonObject{}
      .add("status", json_string(name_of(state)))
      .add("singlestep", json_bool(false))  // in QEMU until 8.1; mandatory for a 7.2 client
      .add("running", json_bool(state == RunState::kRunning))
      .text();
}

JsonText query_commands() {
  JsonArray out;
  for (const std::string_view name : command_names()) {
    out.add(JsonObject{}.add("name", json_string(name)).text());
  }
  return out.text();
}

JsonText query_hotpluggable_cpus(const MachineControl& machine) {
  const std::vector<CpuInfo> cpus = machine.cpus();
  const JsonText type = json_string(machine.cpu_type());
  JsonArray out;
  // The highest slot first: clients that take the last free entry get the lowest slot from QEMU.
  std::for_each(cpus.rbegin(), cpus.rend(), [&](const CpuInfo& cpu) {
    JsonObject entry;
    entry.add("props", topology(cpu.slot)).add("vcpus-count", json_integer(1));
    if (cpu.plugged) entry.add("qom-path", qom_path(cpu));
    out.add(entry.add("type", type).text());
  });
  return out.text();
}

JsonText query_cpus_fast(const MachineControl& machine) {
  JsonArray out;
  for (const CpuInfo& cpu : machine.cpus()) {
    if (!cpu.plugged) continue;
    out.add(JsonObject{}
                .add("thread-id", json_integer(cpu.thread_id))
                .add("props", topology(cpu.slot))
                .add("qom-path", qom_path(cpu))
                .add("cpu-index", json_unsigned(cpu.slot.value))
                .add("target", json_string("x86_64"))
                .add("__org.unpark_lifecycle", json_string(cpu.lifecycle))
                .text());
  }
  return out.text();
}

JsonText query_boot(const MachineControl& machine) {
  JsonArray out;
  for (const BootStageTime& reached : machine.boot_stages())
    out.add(JsonObject{}
                .add("stage", json_string(name_of(reached.stage)))
                .add("since-start-us", json_microseconds(reached.since_start))
                .text());
  return out.text();
}

JsonText query_hotplug_trace(const MachineControl& machine) {
  JsonArray out;
  for (const HotplugRecord& record : machine.hotplug_trace()) out.add(trace_record(record));
  return out.text();
}

}  // namespace unpark
