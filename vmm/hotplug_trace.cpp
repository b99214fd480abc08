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
  return record.smi_by_vmm && kSteps.at(row).code == kStep05 ? kByVmm : kSteps.at(row);
}

namespace {
const std::size_t kHandlerRow = *row_of(kStep04), kSmiRow = *row_of(kStep05);
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

HotplugTracer::HotplugTracer(const Clock& clock, Listener listener)
    : clock_(clock), listener_(std::move(listener)) {}

std::uint64_t HotplugTracer::begin(VcpuId cpu, std::string id, bool smi_by_vmm) {
  Lock lock(m_);
  if (entries_.size() == kKept) entries_.erase(entries_.begin());
  Entry e;
  e.ordered = clock_.now();
  e.record.number = next_++;
  e.record.cpu = cpu;
  e.record.id = std::move(id);
  e.record.smi_by_vmm = smi_by_vmm;
  entries_.push_back(std::move(e));
  return entries_.back().record.number;
}

void HotplugTracer::abandon(std::uint64_t number) {
  Lock lock(m_);
  std::erase_if(entries_, [&](const Entry& e) { return e.record.number == number; });
}

HotplugTracer::Entry* HotplugTracer::newest(VcpuId cpu) {
  for (auto it = entries_.rbegin(); it != entries_.rend(); ++it)
    if (it->record.cpu == cpu) return &*it;
  return nullptr;
}

void HotplugTracer::note_entry(Entry& e, std::size_t row, StepSource source, Nanoseconds now,
                               std::vector<Fresh>& fresh) {
  if (e.record.complete()) return;
  StepTime& step = e.record.steps[row];
  if (source <= step.source) return;
  const bool first = step.source == StepSource::kNotObserved;
  step = {source, now - e.ordered};
  if (first) fresh.push_back({e.record, row});
}

void HotplugTracer::take_over(Entry& e, std::vector<Fresh>& fresh) {
  for (const std::size_t row : {kHandlerRow, kSmiRow})
    if (e.record.steps[row].source == StepSource::kNotObserved)
      note_entry(e, row, shared_[row].source, shared_[row].at, fresh);
}

void HotplugTracer::tell(const std::vector<Fresh>& fresh) const {
  if (!listener_) return;
  for (const auto& [record, row] : fresh) listener_(record, row);
}

void HotplugTracer::note(VcpuId cpu, std::size_t row, StepSource source) {
  const Nanoseconds now = clock_.now();
  std::vector<Fresh> fresh;
  {
    Lock lock(m_);
    if (Entry* e = newest(cpu)) {
      if (kSteps[row].code == kStep07a && !e->record.smi_by_vmm) take_over(*e, fresh);
      note_entry(*e, row, source, now, fresh);
    }
  }
  tell(fresh);
}

void HotplugTracer::note_all_open(std::size_t row, StepSource source) {
  const Nanoseconds now = clock_.now();
  const std::size_t joined = kStepRows - 1;
  std::vector<Fresh> fresh;
  {
    Lock lock(m_);
    // A run of the handler writes 0xB2 once: a second SMI since is not its.
    if (row == kSmiRow && source == StepSource::kVmm) {
      if (last_smi_ > shared_[kHandlerRow].at) shared_[kHandlerRow] = {};
      last_smi_ = now;
    }
    shared_[row] = {source, now};
    for (Entry& e : entries_)
      if (e.record.steps[joined].source == StepSource::kNotObserved)
        note_entry(e, row, source, now, fresh);
  }
  tell(fresh);
}

void HotplugTracer::update(VcpuId cpu, const std::function<void(HotplugRecord&)>& change) {
  Lock lock(m_);
  if (Entry* e = newest(cpu)) change(e->record);
}

std::vector<HotplugRecord> HotplugTracer::records() const {
  Lock lock(m_);
  std::vector<HotplugRecord> out;
  out.reserve(entries_.size());
  for (const Entry& e : entries_) out.push_back(e.record);
  return out;
}

std::optional<HotplugRecord> HotplugTracer::record(std::uint64_t number) const {
  Lock lock(m_);
  for (const Entry& e : entries_)
    if (e.record.number == number) return e.record;
  return std::nullopt;
}

}  // namespace unpark
