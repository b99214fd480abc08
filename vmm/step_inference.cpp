// SPDX-License-Identifier: Apache-2.0
#include "vmm/step_inference.h"

#include <algorithm>

#include "devices/step_port_spec.h"
#include "vmm/hotplug_trace.h"
#include "vmm/q35_map.h"

namespace unpark {

using namespace spec::step_port;

namespace {

// Times of events are cut to whole microseconds: one may seem to precede what it followed.
constexpr Nanoseconds kResolution = std::chrono::microseconds{1};

std::size_t row(Step step) {
  return *row_of(step);
}

}  // namespace

void StepInference::follow(VcpuId cpu) {
  forget(cpu);
  adds_[cpu] = {};
}

void StepInference::forget(VcpuId cpu) {
  const auto found = adds_.find(cpu);
  if (found == adds_.end()) return;
  if (found->second.unparked && !found->second.smi_known) --without_smi_;
  adds_.erase(found);
}

void StepInference::unparked(VcpuId cpu, Nanoseconds at) {
  const auto found = adds_.find(cpu);
  if (found == adds_.end() || found->second.unparked) return;
  found->second.unparked = at;
  ++without_smi_;
  // It was reset, wherever it had been ejected.
  if (cpu.value < cpus_.size()) cpus_[cpu.value] = {Mode::kOutside, {}, {}};
}

StepInference::Add* StepInference::unparked_at(std::uint32_t cpu, Nanoseconds at) {
  const auto found = adds_.find(VcpuId{cpu});
  if (found == adds_.end() || !found->second.unparked) return nullptr;
  return *found->second.unparked < at + kResolution ? &found->second : nullptr;
}

// What was entered before the unpark and not left until then is the SMI it was unparked in.
void StepInference::find_smi(Nanoseconds now, std::vector<Seen>& out) {
  if (without_smi_ == 0) return;
  for (auto& [cpu, add] : adds_) {
    if (add.smi_known || !add.unparked || *add.unparked > now) continue;
    add.smi_known = true;
    --without_smi_;
    std::optional<Nanoseconds> first;
    for (const Cpu& c : cpus_)
      if (c.mode == Mode::kInSmm && c.entered <= *add.unparked)
        first = std::min(first.value_or(c.entered), c.entered);
    if (first) out.push_back({cpu, row(kStep05), *first});
  }
}

void StepInference::see(VcpuId on, Nanoseconds at, const TraceEvent& event,
                        std::vector<Seen>& out) {
  if (on.value >= cpus_.size()) return;
  find_smi(at, out);
  if (const auto* e = std::get_if<trace_event::SmmTransition>(&event)) {
    transition(on, at, *e, out);
  } else if (const auto* sent = std::get_if<trace_event::IpiSent>(&event)) {
    cpus_[on.value].last = *sent;
  } else if (const auto* there = std::get_if<trace_event::IpiArrived>(&event)) {
    arrived(on, at, *there, out);
  }
}

void StepInference::transition(VcpuId on, Nanoseconds at, const trace_event::SmmTransition& e,
                               std::vector<Seen>& out) {
  if (e.vcpu != on.value) return;
  Cpu& cpu = cpus_[on.value];
  cpu.mode = e.entering ? Mode::kInSmm : Mode::kOutside;
  if (e.entering) cpu.entered = at;
  Add* add = unparked_at(e.vcpu, at);
  if (add == nullptr || add->left_smm) return;
  if (e.entering) {
    if (e.smbase == q35::kResetSmbase) add->entered = at;
  } else if (add->entered) {
    add->left_smm = true;
    out.push_back({on, row(kStep10), *add->entered});
    out.push_back({on, row(kStep13), at});
  }
}

void StepInference::arrived(VcpuId from, Nanoseconds at, const trace_event::IpiArrived& e,
                            std::vector<Seen>& out) {
  Add* add = unparked_at(e.vcpu, at);
  const Cpu& sender = cpus_[from.value];
  if (add == nullptr || from.value == e.vcpu || sender.mode == Mode::kUnknown) return;
  if (!sender.last || !sender.last->directed || sender.last->destination != e.vcpu ||
      sender.last->mode != e.mode || sender.last->de_assert)
    return;
  const bool from_smm = sender.mode == Mode::kInSmm;
  const VcpuId cpu{e.vcpu};
  if (e.mode == IpiMode::kSmi && from_smm) out.push_back({cpu, row(kStep09), at});
  if (e.mode == IpiMode::kInit) {
    add->init_from = sender.mode;
    if (!from_smm) add->may_be_with_os = true;
  }
  if (e.mode == IpiMode::kStartUp && add->init_from == sender.mode)
    out.push_back({cpu, row(from_smm ? kStep07b : kStep15), at});
}

void StepInference::settle(Nanoseconds until, std::vector<Seen>& out) {
  find_smi(until, out);
  for (auto& [cpu, add] : adds_) {
    if (!add.halted || *add.halted > until) continue;
    if (!add.may_be_with_os) out.push_back({cpu, row(kStep14), *add.halted});
    add.halted.reset();
  }
}

void StepInference::halted(VcpuId cpu, Nanoseconds at) {
  const auto found = adds_.find(cpu);
  if (found != adds_.end() && found->second.left_smm) found->second.halted = at;
}

void StepInference::lost() {
  for (Cpu& cpu : cpus_) cpu = {};
  for (auto& [cpu, add] : adds_) {
    add.entered.reset();
    add.halted.reset();
    add.init_from = Mode::kUnknown;
    add.may_be_with_os = true;
  }
}

}  // namespace unpark
