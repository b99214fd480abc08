// SPDX-License-Identifier: Apache-2.0
#include "vmm/hotplug_trace.h"

#include <algorithm>

#include "devices/step_port_spec.h"

namespace unpark {

using namespace spec::step_port;

// clang-format off
const std::array<StepInfo, kStepRows> kSteps = {{
    {"01a", "VMM",               "create the new CPU, parked: it runs nothing", kStep01a},
    {"01b", "VMM",               "raise the SCI", kStep01b},
    {"02-03", "-",               "no equivalent (07b-08b replace them)", 0},
    {"04",  "host CPU, OS",      "run the GPE handler of the DSDT", kStep04},
    {"05",  "host CPU, OS",      "OUT 0xB2: all CPUs enter SMM, the new one does not", kStep05},
    {"06",  "host CPU, SMM",     "save 0x38000, put the SMBASE-rebase handler there", kStep06},
    {"07a", "host CPU, SMM",     "write the hotplug controller: unpark the new CPU", kStep07a},
    {"07b", "host CPU, SMM",     "INIT-SIPI-SIPI to the new CPU", kStep07b},
    {"08a", "new CPU, low RAM",  "enter protected mode", kStep08a},
    {"08b", "new CPU, flash",    "tell the host CPU to proceed; CLI; HLT loop", kStep08b},
    {"09",  "host CPU, SMM",     "SMI to the new CPU only", kStep09},
    {"10",  "new CPU, SMM",      "run the code at 0x38000, rebase SMBASE into TSEG", kStep10},
    {"11",  "host CPU, SMM",     "restore 0x38000", kStep11},
    {"12",  "host CPU, SMM",     "add the CPU to the SMM's own tables", kStep12},
    {"13",  "new CPU, flash",    "other initialisation", kStep13},
    {"14",  "new CPU, flash",    "dead loop, wait for INIT-SIPI-SIPI", kStep14},
    {"15",  "host CPU, OS",      "INIT-SIPI-SIPI: the CPU joins the OS", kStep15},
}};
// clang-format on

const StepInfo& step_of(const HotplugRecord& record, std::size_t row) {
  static constexpr StepInfo kByVmm = {"05", "VMM", "SMI: all CPUs enter SMM, the new one does not",
                                      kStep05};
  // Where it goes from SMM, and what it does there before it halts, is the firmware's own.
  static constexpr StepInfo kLeftSmm = {"13", "new CPU", "leave SMM; other initialisation",
                                        kStep13};
  static constexpr StepInfo kHalted = {"14", "new CPU", "halt, wait for INIT-SIPI-SIPI", kStep14};
  const StepInfo& step = kSteps.at(row);
  if (step.code == kStep05 && record.smi_by_vmm) return kByVmm;
  if (step.code == kStep13 && !record.told) return kLeftSmm;
  if (step.code == kStep14 && !record.told) return kHalted;
  return step;
}

namespace {
const std::size_t kHandlerRow = *row_of(kStep04), kSmiRow = *row_of(kStep05);
constexpr std::size_t kJoinedRow = kStepRows - 1;

// By the VMM, or in KVM's tracepoints.
bool can_be_seen(std::size_t row, bool traced) {
  switch (kSteps.at(row).code) {
    case kStep01a:
    case kStep01b:
    case kStep04:
    case kStep05:
    case kStep07a:
    case kStep15:
      return true;
    case kStep07b:
    case kStep09:
    case kStep10:
    case kStep13:
    case kStep14:
      return traced;
    default:
      return false;
  }
}
}  // namespace

std::string_view name_of(StepSource s) {
  switch (s) {
    case StepSource::kNotObserved:
      return "not observed";
    case StepSource::kVmm:
      return "vmm";
    case StepSource::kTracepoint:
      return "tracepoint";
    case StepSource::kGuest:
      return "guest step port";
  }
  return "?";
}

std::optional<std::size_t> row_of(std::uint8_t code) {
  for (std::size_t i = 0; i < kSteps.size(); ++i)
    if (code != 0 && kSteps[i].code == code) return i;
  return std::nullopt;
}

std::optional<std::size_t> HotplugRecord::first_missing() const {
  for (std::size_t i = 0; i < steps.size(); ++i)
    if (i != kRowWithoutEquivalent && steps[i].source == StepSource::kNotObserved) return i;
  return std::nullopt;
}

bool HotplugRecord::complete() const {
  return !first_missing();
}

bool HotplugRecord::done() const {
  if (told) return complete() && worked;
  return accepted || steps[kJoinedRow].source != StepSource::kNotObserved;
}

std::optional<std::size_t> HotplugRecord::awaited() const {
  if (told) return first_missing();
  if (done()) return std::nullopt;
  std::size_t next = 0;
  for (std::size_t i = 0; i < steps.size(); ++i)
    if (steps[i].source != StepSource::kNotObserved) next = i + 1;
  while (next < kJoinedRow && !can_be_seen(next, traced)) ++next;
  return next;
}

HotplugTracer::HotplugTracer(const Clock& clock, Listener listener)
    : clock_(clock), listener_(std::move(listener)) {}

std::uint64_t HotplugTracer::begin(VcpuId cpu, std::string id, bool smi_by_vmm) {
  Lock lock(m_);
  if (records_.size() == kKept) records_.erase(records_.begin());
  HotplugRecord e;
  e.ordered = clock_.now();
  e.number = next_++;
  e.cpu = cpu;
  e.id = std::move(id);
  e.smi_by_vmm = smi_by_vmm;
  records_.push_back(std::move(e));
  return records_.back().number;
}

void HotplugTracer::abandon(std::uint64_t number) {
  Lock lock(m_);
  std::erase_if(records_, [&](const HotplugRecord& e) { return e.number == number; });
}

HotplugRecord* HotplugTracer::newest(VcpuId cpu) {
  for (auto it = records_.rbegin(); it != records_.rend(); ++it)
    if (it->cpu == cpu) return &*it;
  return nullptr;
}

void HotplugTracer::note_entry(HotplugRecord& e, std::size_t row, StepSource source, Nanoseconds at,
                               std::vector<Fresh>& fresh) {
  StepTime& step = e.steps[row];
  // The guest's own word for the last step comes a little after what KVM says of it.
  const bool last = row == kJoinedRow && step.source == StepSource::kTracepoint;
  if (e.complete() && !last) return;
  if (source <= step.source) return;
  const bool first = step.source == StepSource::kNotObserved;
  step = {source, at - e.ordered};
  if (first) fresh.push_back({e, row});
}

void HotplugTracer::take_over(HotplugRecord& e, std::vector<Fresh>& fresh) {
  for (const std::size_t row : {kHandlerRow, kSmiRow})
    if (e.steps[row].source == StepSource::kNotObserved)
      note_entry(e, row, shared_[row].source, shared_[row].at, fresh);
}

void HotplugTracer::tell(const std::vector<Fresh>& fresh) const {
  if (!listener_) return;
  for (const auto& [record, row] : fresh) listener_(record, row);
}

void HotplugTracer::note(VcpuId cpu, std::size_t row, StepSource source,
                         std::optional<Nanoseconds> at) {
  const Nanoseconds when = at ? *at : clock_.now();
  std::vector<Fresh> fresh;
  {
    Lock lock(m_);
    if (HotplugRecord* e = newest(cpu)) {
      if (kSteps[row].code == kStep07a && !e->smi_by_vmm) take_over(*e, fresh);
      note_entry(*e, row, source, when, fresh);
    }
  }
  tell(fresh);
}

void HotplugTracer::note_all_open(std::size_t row, StepSource source) {
  const Nanoseconds now = clock_.now();
  std::vector<Fresh> fresh;
  {
    Lock lock(m_);
    // A run of the handler writes 0xB2 once: a second SMI since is not its.
    if (row == kSmiRow && source == StepSource::kVmm) {
      if (last_smi_ > shared_[kHandlerRow].at) shared_[kHandlerRow] = {};
      last_smi_ = now;
    }
    shared_[row] = {source, now};
    for (HotplugRecord& e : records_)
      if (e.steps[kJoinedRow].source == StepSource::kNotObserved)
        note_entry(e, row, source, now, fresh);
  }
  tell(fresh);
}

void HotplugTracer::update(VcpuId cpu, const std::function<void(HotplugRecord&)>& change) {
  Lock lock(m_);
  if (HotplugRecord* e = newest(cpu)) change(*e);
}

std::vector<HotplugRecord> HotplugTracer::records() const {
  Lock lock(m_);
  return records_;
}

std::optional<HotplugRecord> HotplugTracer::record(std::uint64_t number) const {
  Lock lock(m_);
  for (const HotplugRecord& e : records_)
    if (e.number == number) return e;
  return std::nullopt;
}

}  // namespace unpark
