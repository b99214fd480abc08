// SPDX-License-Identifier: Apache-2.0
// The machine's part in CPU removal: the host asks, the OS lets go, the firmware ejects in SMM.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "devices/smi_features_spec.h"
#include "vmm/machine.h"

namespace unpark {

namespace {

Unexpected<ControlError> refuse(std::string description) {
  return Unexpected{ControlError{ErrorClass::kGenericError, std::move(description)}};
}

}  // namespace

Result<Done, ControlError> Machine::remove_cpu(const std::string& id) {
  using namespace spec::smi_features;
  const auto found = std::find_if(plugged_.begin(), plugged_.end(),
                                  [&](const auto& p) { return !id.empty() && p.second.id == id; });
  if (found == plugged_.end())
    return Unexpected{
        ControlError{ErrorClass::kDeviceNotFound, fmt::format("Device '{}' not found", id)}};
  const VcpuId cpu = found->first;
  tracepoints_->prepare(config_.tracefs);  // a machine that had no free slot will have one
  if (cpu.value == 0) return refuse("Boot CPU is unpluggable");

  // Nobody in the guest knows of one that was never claimed.
  if (board_->hotplug().withdraw(cpu)) {
    vcpus_->withdraw(cpu);
    tracepoints_->close(found->second.record);
    if (const auto d = deadlines_.find(found->second.record); d != deadlines_.end()) {
      loop_.cancel(d->second);
      deadlines_.erase(d);
    }
    plugged_.erase(found);
    sinks_.event(event::DeviceDeleted{id});
    return Done{};
  }
  if ((board_->smi_features().accepted() & kCpuHotUnplug) == 0)
    return refuse("cpu hot-unplug with SMI wasn't enabled by firmware");
  if (const auto r = board_->hotplug().request_removal(cpu); !r)
    return refuse(fmt::format("CPU {}: {}", cpu.value, describe(r.error())));
  if (found->second.removal) loop_.cancel(*found->second.removal);
  found->second.removal = loop_.after(config_.removal_deadline, [this, cpu] {
    removal_failed(cpu, fmt::format("it did not let the CPU go within {} s",
                                    config_.removal_deadline.count() / 1'000'000'000));
  });
  return Done{};
}

void Machine::removal_failed(VcpuId cpu, const std::string& why) {
  const auto p = plugged_.find(cpu);
  if (p == plugged_.end() || !p->second.removal) return;
  loop_.cancel(*std::exchange(p->second.removal, std::nullopt));
  (void)board_->hotplug().cancel_removal(cpu);  // refused only if the CPU has just gone
  spdlog::warn("removal of CPU {}: {}", cpu.value, why);
  sinks_.event(event::DeviceUnplugGuestError{p->second.id});
}

void Machine::ejected(VcpuId cpu) {
  const auto p = plugged_.find(cpu);
  // It may have been added again meanwhile, after a reset that noticed first.
  if (p == plugged_.end() || !is_absent(cpu)) return;
  if (p->second.removal) loop_.cancel(*p->second.removal);
  const std::string id = p->second.id;
  plugged_.erase(p);
  sinks_.event(event::DeviceDeleted{id});
}

}  // namespace unpark
