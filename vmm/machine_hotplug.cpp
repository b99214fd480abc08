// SPDX-License-Identifier: Apache-2.0
// The machine's part in CPU hotplug: orders from the control socket, requests from the controller,
// and what is noted of each step.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "devices/hotplug_spec.h"
#include "devices/smi_features_spec.h"
#include "devices/step_port_spec.h"
#include "vmm/machine.h"

namespace unpark {

using namespace spec::step_port;

namespace {

// ACPI 6.5 section 6.3.5, _OST: source events and status codes.
constexpr std::uint32_t kDeviceCheck = 1, kEjectRequest = 3, kOspmEject = 0x103, kSuccess = 0,
                        kInProgress = 0x84;

constexpr Nanoseconds kPressAgainAfter = std::chrono::milliseconds{500};

std::size_t row(Step step) {
  return *row_of(step);
}

// Whether the CPU that reports a step is the one whose step it is: SMM's steps are told from within
// SMM, the new CPU's by itself. An OS can still make up its own steps, and nothing follows from
// them.
bool may_report(const StepReport& report) {
  const bool itself = report.at.cpu == report.about;
  switch (report.code) {
    case kStep06:
    case kStep07a:
    case kStep07b:
    case kStep09:
    case kStep11:
    case kStep12:
      return report.at.in_smm && !itself;
    case kStep10:
      return report.at.in_smm && itself;
    case kStep08a:
    case kStep08b:
    case kStep13:
    case kStep14:
      return !report.at.in_smm && itself;
    default:
      return !report.at.in_smm;
  }
}

// Notes the SMBASE of `cpu`, whose descriptor `vcpu` is, in its newest record.
void keep_smbase(HotplugTracer& tracer, VcpuId cpu, const UniqueFd& vcpu) {
  const auto smbase = read_smbase(vcpu);
  if (smbase) tracer.update(cpu, [&](HotplugRecord& r) { r.smbase_after = *smbase; });
}

ControlError refuse(std::string description) {
  return {ErrorClass::kGenericError, std::move(description)};
}

}  // namespace

std::string Machine::cpu_type() const {
  return "host-x86_64-cpu";
}

std::vector<CpuInfo> Machine::cpus() const {
  std::vector<CpuInfo> out;
  for (std::uint32_t i = 0; i < config_.max_cpus; ++i) {
    const VcpuId cpu{i};
    CpuInfo info{.slot = cpu};
    info.lifecycle = name_of(lifecycle_now(cpu));
    info.thread_id = vcpus_->thread_id(cpu);
    if (const auto p = plugged_.find(cpu); p != plugged_.end()) {
      info.plugged = true;
      info.boot_cpu = p->second.boot;
      info.id = p->second.id;
    }
    out.push_back(std::move(info));
  }
  return out;
}

Result<Done, ControlError> Machine::add_cpu(const DeviceAddCpu& add) {
  using namespace spec::smi_features;
  if (add.slot.value >= config_.max_cpus)
    return Unexpected{refuse(fmt::format("Invalid CPU core-id: {} must be in range 0:{}",
                                         add.slot.value, config_.max_cpus - 1))};
  if (plugged_.contains(add.slot))
    return Unexpected{refuse(fmt::format("CPU[{0}] with APIC ID {0} exists", add.slot.value))};
  for (const auto& [cpu, p] : plugged_)
    if (!add.id.empty() && p.id == add.id)
      return Unexpected{refuse(fmt::format("Duplicate device ID '{}'", add.id))};
  if ((board_->smi_features().accepted() & kCpuHotplug) == 0)
    return Unexpected{refuse("cpu hotplug with SMI wasn't enabled by firmware")};

  const bool by_vmm = config_.trigger == HotplugTrigger::kVmm;
  const std::uint64_t number = tracer_.begin(add.slot, add.id, by_vmm);
  const bool told = firmware_tells_;
  tracer_.update(add.slot, [&](HotplugRecord& r) { r.told = told; });
  const auto made = [&]() -> Result<Done, SysError> {
    TRY(make_vcpu(add.slot));
    return vcpus_->park(add.slot);
  }();
  if (!made) {
    tracer_.abandon(number);
    return Unexpected{
        refuse(fmt::format("cannot create vCPU {}: {}", add.slot.value, describe(made.error())))};
  }
  tracer_.note(add.slot, row(kStep01a), StepSource::kVmm);
  plugged_[add.slot] = {add.id, false, number, std::nullopt};
  deadlines_[number] = loop_.after(config_.hotplug_deadline, [this, number] {
    deadlines_.erase(number);
    check_deadline(number);
  });

  // Firmware that tells its steps leaves nothing to find out, and reading tracepoints slows SMIs.
  if (!told && tracepoints_->open(number, add.slot))
    tracer_.update(add.slot, [](HotplugRecord& r) { r.traced = true; });
  // With trigger `vmm` the OS hears of the CPU when the firmware has claimed it: unpark().
  if (!by_vmm) tracer_.note(add.slot, row(kStep01b), StepSource::kVmm);
  if (const auto r = board_->hotplug().plug(add.slot); !r) {
    // Only if this file and the controller disagree about who is plugged.
    tracepoints_->close(number);
    tracer_.abandon(number);
    plugged_.erase(add.slot);
    vcpus_->withdraw(add.slot);
    return Unexpected{refuse(fmt::format("CPU {}: {}", add.slot.value, describe(r.error())))};
  }
  if (by_vmm) press_for_parked();
  return Done{};
}

void Machine::press_for_parked() {
  if (next_press_) loop_.cancel(*std::exchange(next_press_, std::nullopt));
  const bool parked = std::any_of(plugged_.begin(), plugged_.end(), [&](const auto& p) {
    return vcpus_->lifecycle(p.first) == Lifecycle::kParked;
  });
  if (!parked || deadlines_.empty() || !board_->mch().control().smram_locked) return;
  if (const auto r = order_smi(); !r)
    spdlog::error("the SMI for hot-added CPUs could not be sent: {}", describe(r.error()));
  next_press_ = loop_.after(kPressAgainAfter, [this] {
    next_press_.reset();
    press_for_parked();
  });
}

void Machine::check_deadline(std::uint64_t number) {
  tracepoints_->close(number);
  note_overdue(number, fmt::format("within {} ms", config_.hotplug_deadline.count() / 1'000'000));
}

void Machine::note_overdue(std::uint64_t number, const std::string& before) {
  auto record = tracer_.record(number);
  if (!record) return;
  const auto missing = record->awaited();
  if (!missing) return;
  const StepInfo& step = step_of(*record, *missing);
  record->overdue = step.label;
  tracer_.update(record->cpu, [&](HotplugRecord& r) {
    if (r.number == number) r.overdue = step.label;
  });
  spdlog::warn("hot-add of CPU {}: step {} ({}: {}) did not come {}", record->cpu.value, step.label,
               step.who, step.what, before);
  sinks_.event(event::HotplugOverdue{*record});
}

Result<Done, SysError> Machine::order_smi() {
  tracer_.note_all_open(row(kStep05), StepSource::kVmm);
  // A hot-added CPU that waits for its SIPI must not collect an SMI besides the one that is meant
  // for it: it would take it at its new SMBASE, while the firmware waits for it elsewhere.
  const std::vector<VcpuId> waiting = waiting_for_sipi();
  if (waiting.empty()) return smi_->broadcast();
  for (const auto& [cpu, p] : plugged_) {
    const bool spared = std::find(waiting.begin(), waiting.end(), cpu) != waiting.end();
    if (spared || vcpus_->lifecycle(cpu) == Lifecycle::kParked) continue;
    vcpus_->request_smi(cpu);
  }
  return Done{};
}

Result<Done, ControlError> Machine::inject_smi(std::optional<VcpuId> cpu) {
  if (!board_->mch().control().smram_locked)
    return Unexpected{
        refuse("the firmware has not locked SMRAM yet: its SMI handlers may not be in "
               "place")};
  if (cpu) {
    const auto p = plugged_.find(*cpu);
    if (p == plugged_.end())
      return Unexpected{refuse(fmt::format("CPU {} is not there", cpu->value))};
    if (vcpus_->lifecycle(*cpu) == Lifecycle::kParked)
      return Unexpected{refuse(fmt::format("CPU {} is parked: no SMI reaches it", cpu->value))};
    if (!p->second.boot && lifecycle_now(*cpu) == Lifecycle::kWaitForSipi)
      return Unexpected{refuse(fmt::format(
          "CPU {} is being started by the firmware, which sends it its first SMI", cpu->value))};
    vcpus_->request_smi(*cpu);
    return Done{};
  }
  if (const auto r = order_smi(); !r)
    return Unexpected{refuse(fmt::format("the SMI could not be sent: {}", describe(r.error())))};
  return Done{};
}

std::vector<VcpuId> Machine::waiting_for_sipi() {
  std::vector<VcpuId> out;
  for (const auto& [cpu, p] : plugged_)
    if (!p.boot && lifecycle_now(cpu) == Lifecycle::kWaitForSipi) out.push_back(cpu);
  return out;
}

Lifecycle Machine::lifecycle_now(VcpuId cpu) const {
  if (vcpus_->lifecycle(cpu) != Lifecycle::kWaitForSipi) return vcpus_->lifecycle(cpu);
  bool waits = true;
  vcpus_->inspect(cpu, [&](Vcpu& vcpu) {
    kvm_mp_state mp{};
    if (!call(vcpu.fd(), kvm_op::kGetMpState, mp)) return;
    waits = mp.mp_state == KVM_MP_STATE_UNINITIALIZED || mp.mp_state == KVM_MP_STATE_INIT_RECEIVED;
  });
  if (!waits) vcpus_->mark_running(cpu);
  return vcpus_->lifecycle(cpu);
}

bool Machine::look_at_new_cpu(VcpuId cpu) {
  bool halts = false;
  if (vcpus_->lifecycle(cpu) == Lifecycle::kParked || is_absent(cpu)) return false;
  vcpus_->inspect(cpu, [&](Vcpu& vcpu) {
    keep_smbase(tracer_, cpu, vcpu.fd());
    kvm_mp_state mp{};
    if (call(vcpu.fd(), kvm_op::kGetMpState, mp)) halts = mp.mp_state == KVM_MP_STATE_HALTED;
  });
  return halts;
}

// ---- on vCPU threads

// Step 04 as the VMM sees it: ACPICA disables and clears a GPE before it runs its method.
void Machine::gpe_taken(unsigned bit) {
  if (bit == spec::hotplug::kGpeBit) tracer_.note_all_open(row(kStep04), StepSource::kVmm);
}

void Machine::raise_smi(VcpuId writer) {
  using namespace spec::smi_features;
  tracer_.note_all_open(row(kStep05), StepSource::kVmm);
  // Of a CPU that is alone a broadcast is the same, and in KVM more work.
  const bool broadcast = (board_->smi_features().accepted() & kBroadcast) != 0 && !vcpus_->alone();
  const auto r = broadcast ? smi_->broadcast() : [&]() -> Result<Done, SysError> {
    TRY(call(vcpus_->own()->fd(), kvm_op::kSmi));
    return Done{};
  }();
  if (!r) on_vcpu_failure(writer, r.error());
}

bool Machine::unpark(VcpuId cpu) {
  tracer_.note(cpu, row(kStep07a), StepSource::kVmm);
  const bool done = vcpus_->unpark(cpu, [&](Vcpu& vcpu, bool intact) {
    const auto smbase = read_smbase(vcpu.fd());
    tracer_.update(cpu, [&](HotplugRecord& r) {
      r.parked_state_intact = intact;
      if (smbase) r.smbase_before = *smbase;
    });
  });
  // The controller raises the GPE as soon as it hears of our success.
  if (done && config_.trigger == HotplugTrigger::kVmm)
    tracer_.note(cpu, row(kStep01b), StepSource::kVmm);
  return done;
}

bool Machine::eject(VcpuId cpu) {
  return vcpus_->eject(cpu);
}

void Machine::slot_emptied(VcpuId cpu) {
  loop_.post([this, alive = std::weak_ptr(alive_), cpu] {
    if (!alive.expired()) ejected(cpu);
  });
}

void Machine::event_acknowledged(VcpuId cpu, bool insert) {
  spdlog::debug("cpu {}: the OS has acknowledged its {}", cpu.value, insert ? "insert" : "removal");
}

void Machine::ospm_status(VcpuId cpu, std::uint32_t event, std::uint32_t status) {
  // Before the unpark it is no CPU that the OS could have taken.
  if (event == kDeviceCheck && status == kSuccess)
    tracer_.update(cpu, [](HotplugRecord& r) {
      r.accepted = r.accepted || r.steps[row(kStep07a)].source != StepSource::kNotObserved;
    });
  post([this, cpu, event, status] {
    const auto p = plugged_.find(cpu);
    sinks_.event(event::AcpiDeviceOst{p == plugged_.end() ? "" : p->second.id, cpu, event, status});
    if (event == kDeviceCheck && status == kSuccess) read_back_smbase(cpu);
    // An ejection ended, other than well or "in progress".
    if ((event == kEjectRequest || event == kOspmEject) && status != kSuccess &&
        status != kInProgress)
      removal_failed(cpu, fmt::format("the OS refused it, _OST status {:#x}", status));
  });
}

void Machine::gate_refused(Access at, bool control_window, bool write, std::uint64_t value) {
  using namespace spec::hotplug;
  const std::uint16_t base = control_window ? kControlWindow : kOsWindow;
  const auto port = static_cast<std::uint16_t>(base + at.offset);
  if (const std::int64_t held_back = refusal_log_.admit(); held_back >= 0)
    spdlog::warn("cpu {}: {} of port {:#x} ({} window of the hotplug controller) refused{}",
                 at.cpu.value, write ? "write" : "read", port, control_window ? "control" : "OS",
                 held_back > 0 ? fmt::format("; {} more not shown", held_back) : "");
  const HotplugRefusals of_cpu = board_->hotplug().refusals(at.cpu);
  // One at a time: a guest that hammers the port must not crowd out what else is reported.
  if (gate_report_waits_.exchange(true)) return;
  const bool posted =
      post([this, e = event::GateRefused{at.cpu, control_window, write, at.in_smm, port, at.width,
                                         value, of_cpu.control + of_cpu.os}] {
        gate_report_waits_ = false;
        sinks_.event(e);
      });
  if (!posted) gate_report_waits_ = false;
}

void Machine::note_smbase(VcpuId cpu) {
  keep_smbase(tracer_, cpu, vcpus_->own()->fd());
}

// Of a CPU that does not speak on the step port. Once: a guest may report success as often as it
// likes, and each look stops the CPU.
void Machine::read_back_smbase(VcpuId cpu) {
  bool known = true;
  tracer_.update(cpu, [&](const HotplugRecord& r) { known = r.smbase_after.has_value(); });
  if (known) return;
  vcpus_->inspect(cpu, [&](Vcpu& vcpu) { keep_smbase(tracer_, cpu, vcpu.fd()); });
}

void Machine::on_step(const StepReport& report) {
  // An OS alone can make nobody believe that its firmware tells.
  if (!firmware_tells_ && (report.at.in_smm || !board_->mch().control().smram_locked))
    firmware_tells_ = true;
  if (report.about.value >= config_.max_cpus) return;
  if (const auto r = row_of(report.code)) {
    if (!may_report(report)) return;
    // The OS does not know yet which CPU its event is about. Where the VMM raises the SMI, the OS's
    // own 0xB2 comes after the fact and is no step.
    const bool own_smi = config_.trigger == HotplugTrigger::kVmm;
    if (report.code == kStep04 || (report.code == kStep05 && !own_smi))
      tracer_.note_all_open(*r, StepSource::kGuest);
    else if (report.code != kStep05)
      tracer_.note(report.about, *r, StepSource::kGuest);
    // The new CPU itself says so, on its own thread: its SMBASE can be read without stopping it.
    if (report.code == kStep13) note_smbase(report.about);
    return;
  }
  if (report.code == kMarkerCpuWorked)
    tracer_.update(report.about, [](HotplugRecord& r) { r.worked = true; });
  if (report.code == kMarkerReported)
    tracer_.update(report.about, [](HotplugRecord& r) { r.reported = true; });
  if (sinks_.marker) post([this, report] { sinks_.marker(report.code, report.about); });
}

}  // namespace unpark
