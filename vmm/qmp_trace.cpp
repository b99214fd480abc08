// SPDX-License-Identifier: Apache-2.0
#include "vmm/qmp_trace.h"

#include <fmt/format.h>

#include <string_view>

namespace unpark {
namespace {

std::string_view source_name(std::size_t row, StepSource source) {
  if (row == kRowWithoutEquivalent) return "no-equivalent";
  switch (source) {
    case StepSource::kNotObserved:
      return "not-observed";
    case StepSource::kVmm:
      return "vmm";
    case StepSource::kTracepoint:
      return "tracepoint";
    case StepSource::kGuest:
      return "guest";
  }
  return "not-observed";
}

// As a string: SMBASE is read by people, in hexadecimal.
JsonText smbase(std::uint64_t value) {
  return json_string(fmt::format("{:#x}", value));
}

}  // namespace

void add_step(JsonObject& object, const HotplugRecord& record, std::size_t row) {
  const StepInfo& info = step_of(record, row);
  const StepTime& time = record.steps.at(row);
  object.add("step", json_string(info.label))
      .add("who", json_string(info.who))
      .add("what", json_string(info.what))
      .add("source", json_string(source_name(row, time.source)));
  if (time.source != StepSource::kNotObserved) {
    object.add("since-order-us", json_microseconds(time.since_order));
  }
}

JsonText trace_record(const HotplugRecord& record) {
  JsonArray steps;
  for (std::size_t row = 0; row < kSteps.size(); ++row) {
    JsonObject step;
    add_step(step, record, row);
    steps.add(step.text());
  }
  JsonObject out;
  out.add("number", json_unsigned(record.number))
      .add("cpu", json_unsigned(record.cpu.value))
      .add("id", json_string(record.id))
      .add("complete", json_bool(record.complete()))
      .add("done", json_bool(record.done()))
      .add("steps", steps.text());
  if (const auto row = record.awaited())
    out.add("awaited", json_string(step_of(record, *row).label));
  if (!record.overdue.empty()) out.add("overdue", json_string(record.overdue));
  if (record.smbase_before) out.add("smbase-before", smbase(*record.smbase_before));
  if (record.smbase_after) out.add("smbase-after", smbase(*record.smbase_after));
  out.add("checks", JsonObject{}
                        .add("parked-state-intact", json_bool(record.parked_state_intact))
                        .add("worked", json_bool(record.worked))
                        .add("reported", json_bool(record.reported))
                        .add("accepted", json_bool(record.accepted))
                        .text());
  return out.text();
}

}  // namespace unpark
