// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vmm/machine_control.h"

namespace unpark {

// Four possible CPUs, of which slot 0 is there from the start. Remembers what it was told.
class FakeMachineControl : public MachineControl {
 public:
  FakeMachineControl() {
    for (std::uint32_t slot = 0; slot < 4; ++slot) {
      cpu_list.push_back(CpuInfo{.slot = VcpuId{slot}, .lifecycle = "absent"});
    }
    cpu_list[0].plugged = cpu_list[0].boot_cpu = true;
    cpu_list[0].thread_id = 21680;
    cpu_list[0].lifecycle = "running";
  }

  RunState run_state() const override { return state; }
  std::vector<CpuInfo> cpus() const override { return cpu_list; }
  std::string cpu_type() const override { return "qemu64-x86_64-cpu"; }
  Result<Done, ControlError> add_cpu(const DeviceAddCpu& add) override {
    if (!refusal.empty()) return Unexpected{ControlError{ErrorClass::kGenericError, refusal}};
    adds.push_back(add);
    CpuInfo& cpu = cpu_list.at(add.slot.value);
    cpu.plugged = true;
    cpu.id = add.id;
    cpu.thread_id = 23296;
    cpu.lifecycle = "parked";
    if (on_add) on_add(add);
    return Done{};
  }
  Result<Done, ControlError> remove_cpu(const std::string& id) override {
    if (!refusal.empty()) return Unexpected{ControlError{ErrorClass::kGenericError, refusal}};
    removals.push_back(id);
    return Done{};
  }
  Result<Done, ControlError> inject_smi(std::optional<VcpuId> cpu) override {
    if (!refusal.empty()) return Unexpected{ControlError{ErrorClass::kGenericError, refusal}};
    smis.push_back(cpu);
    return Done{};
  }
  std::vector<HotplugRecord> hotplug_trace() const override { return records; }
  std::vector<BootStageTime> boot_stages() const override { return stages; }
  void request_quit(std::string reason) override {
    quit_reasons.push_back(std::move(reason));
    if (on_quit) on_quit();
  }

  RunState state = RunState::kRunning;
  std::vector<CpuInfo> cpu_list;
  std::vector<HotplugRecord> records;
  std::vector<BootStageTime> stages;
  std::string refusal;  // of the next order; empty: it succeeds
  std::function<void(const DeviceAddCpu&)> on_add;
  std::function<void()> on_quit;

  std::vector<DeviceAddCpu> adds;
  std::vector<std::string> removals;
  std::vector<std::optional<VcpuId>> smis;
  std::vector<std::string> quit_reasons;
};

}  // namespace unpark
