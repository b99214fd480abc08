// SPDX-License-Identifier: Apache-2.0
#include "vmm/demo_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace unpark::demo {

using Json = nlohmann::ordered_json;

Json json_of_line(const std::string& line) {
  Json j = Json::parse(line, nullptr, false);
  return j.is_discarded() ? Json(line) : j;
}

Json json_of_steps(const HotplugRecord& r) {
  Json steps = Json::array();
  for (std::size_t row = 0; row < kStepRows; ++row) {
    const StepTime& t = r.steps[row];
    const StepInfo& info = step_of(r, row);
    Json step = {{"step", info.label}, {"who", info.who}, {"what", info.what}};
    if (row == kRowWithoutEquivalent) {
      step["observed"] = "no equivalent";
    } else {
      step["observed"] = name_of(t.source);
      step["since-order-us"] =
          t.source == StepSource::kNotObserved
              ? Json()
              : Json(std::chrono::duration<double, std::micro>(t.since_order).count());
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

Json json_of_checks(const std::vector<Check>& checks) {
  Json j = Json::array();
  for (const Check& c : checks)
    j.push_back({{"claim", c.claim}, {"passed", c.passed}, {"evidence", c.evidence}});
  return j;
}

namespace {

Json json_of_run(const Run& run) {
  Json j = {{"trigger", run.trigger == HotplugTrigger::kGuest ? "guest" : "vmm"},
            {"passed", run.passed()},
            {"machine", {{"cpus", run.cpus}, {"max-cpus", run.max_cpus}, {"memory", run.memory}}},
            {"cpu", run.added.value},
            {"order", json_of_line(run.order)},
            {"answer", json_of_line(run.answer)},
            {"steps", run.record ? json_of_steps(*run.record) : Json::array()}};
  j["checks"] = json_of_checks(run.checks);
  Json verdicts = Json::array();
  for (const GuestLine& v : run.verdicts)
    verdicts.push_back({{"verdict", v.kind}, {"name", v.name}, {"details", v.details}});
  j["guest-verdicts"] = std::move(verdicts);
  j["failure"] = run.failure.empty() ? Json() : Json(run.failure);
  return j;
}

}  // namespace

std::string json_of(const std::vector<Run>& runs) {
  Json j = {{"passed", !runs.empty() && std::all_of(runs.begin(), runs.end(),
                                                    [](const Run& r) { return r.passed(); })}};
  Json all = Json::array();
  for (const Run& r : runs) all.push_back(json_of_run(r));
  j["runs"] = std::move(all);
  return j.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace unpark::demo
