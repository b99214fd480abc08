// SPDX-License-Identifier: Apache-2.0
// ctl_client.h: ordering a CPU and following its steps.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "vmm/ctl_client.h"
#include "vmm/ctl_format.h"
#include "vmm/ctl_session.h"
#include "vmm/json_members.h"

namespace unpark {
namespace {

using Failed = Unexpected<CtlFailure>;

// Between two looks at the trace while no event comes.
constexpr Nanoseconds kLook = std::chrono::milliseconds{250};
constexpr std::string_view kLastStep = "15";

Nanoseconds now() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

std::optional<std::int64_t> slot_of(const Json& entry) {
  const Json* props = member(entry, "props");
  return props != nullptr ? integer_member(*props, "core-id") : std::nullopt;
}

// The entry of query-hotpluggable-cpus that is meant.
Result<const Json*, CtlFailure> choose(const Json& possible, std::optional<VcpuId> cpu) {
  const Json* chosen = nullptr;
  std::int64_t highest = -1;
  for (const Json& entry : possible) {
    const auto slot = slot_of(entry);
    if (!slot) continue;
    highest = std::max(highest, *slot);
    const bool fits = cpu ? *slot == cpu->value : string_member(entry, "qom-path").empty();
    if (fits && (chosen == nullptr || *slot < *slot_of(*chosen))) chosen = &entry;
  }
  if (chosen != nullptr) return chosen;
  if (cpu) {
    return Failed{{kCtlRefused, fmt::format("the machine has no slot {}; its slots are 0 to {}",
                                            cpu->value, highest)}};
  }
  return Failed{{kCtlRefused, fmt::format("all {} CPUs are plugged", possible.size())}};
}

// The newest record of `id`, or null.
Result<Json, CtlFailure> newest_record(CtlSession& session, const std::string& id) {
  Json records = TRY(session.ask("x-query-hotplug-trace"));
  Json found;
  for (Json& record : records) {
    if (string_member(record, "id") == id) found = std::move(record);
  }
  return found;
}

bool worked(const Json& record) {
  const Json* checks = member(record, "checks");
  return checks != nullptr && bool_member(*checks, "worked");
}

bool is_over(const Json& record) {
  return bool_member(record, "done") || !string_member(record, "overdue").empty();
}

bool was_seen(const Json& record, std::string_view label) {
  for (const Json& step : array_member(record, "steps"))
    if (string_member(step, "step") == label)
      return string_member(step, "source") != "not-observed";
  return false;
}

// Prints what comes, until the trace is worth another look.
Result<Done, CtlFailure> follow_events(CtlSession& session, const std::string& id,
                                       Nanoseconds until, const CtlOptions& options) {
  const Nanoseconds look_at = std::min(until, now() + kLook);
  while (now() < look_at) {
    const Json event = TRY(session.next_event(look_at - now()));
    const Json* data = member(event, "data");
    if (data == nullptr || string_member(*data, "id") != id) continue;
    const std::string name = string_member(event, "event");
    if (name == "__org.unpark_HOTPLUG_OVERDUE") return Done{};
    if (name != "__org.unpark_HOTPLUG_STEP") continue;
    options.err << format_step_event(*data) << std::endl;
    if (string_member(*data, "step") == kLastStep) return Done{};
  }
  return Done{};
}

Result<Done, CtlFailure> verdict(const Json& record, const std::string& id) {
  std::string step = string_member(record, "overdue");
  if (step.empty() && bool_member(record, "done")) return Done{};
  if (step.empty()) step = string_member(record, "awaited");
  if (!step.empty()) {
    return Failed{{kCtlRefused, fmt::format("CPU {} ({}): step {} did not come",
                                            integer_member(record, "cpu").value_or(-1), id, step)}};
  }
  if (!worked(record)) {
    return Failed{{kCtlRefused, fmt::format("CPU {} ({}): no work has run on it",
                                            integer_member(record, "cpu").value_or(-1), id)}};
  }
  return Done{};
}

Result<Done, CtlFailure> hotplug(const std::string& path, std::optional<VcpuId> cpu,
                                 const CtlOptions& options) {
  CtlSession session = TRY(CtlSession::connect(path, options));
  const Json possible = TRY(session.ask("query-hotpluggable-cpus"));
  const Json* entry = TRY(choose(possible, cpu));
  const std::string id = fmt::format("cpu{}", *slot_of(*entry));
  // Exactly the type and the properties that the server has given, as libvirt does it.
  JsonObject arguments;
  arguments.add("driver", json_string(string_member(*entry, "type"))).add("id", json_string(id));
  for (const auto& [key, value] : member(*entry, "props")->items()) {
    arguments.add(key, json_text(value));
  }
  options.err << "device_add " << arguments.text().text << std::endl;
  (void)TRY(session.ask("device_add", arguments.text()));

  const Nanoseconds deadline = now() + options.hotplug_timeout;
  auto record = newest_record(session, id);
  if (!record && record.error().command_not_found) {
    options.out << fmt::format("CPU {} is ordered; this server keeps no trace\n", *slot_of(*entry));
    return Done{};
  }
  while (record && !is_over(*record) && now() < deadline) {
    (void)TRY(follow_events(session, id, deadline, options));
    record = newest_record(session, id);
  }
  // An OS that has accepted the CPU may start it at once, or when somebody asks for it.
  const Nanoseconds grace = std::min(deadline, now() + options.grace);
  while (record && bool_member(*record, "done") && !was_seen(*record, kLastStep) && now() < grace) {
    (void)TRY(follow_events(session, id, grace, options));
    record = newest_record(session, id);
  }
  if (!record) return Unexpected{std::move(record).error()};
  options.out << (options.json ? json_text(*record).text + "\n" : format_trace_record(*record))
              << std::flush;
  return verdict(*record, id);
}

}  // namespace

int ctl_hotplug(const std::string& path, std::optional<VcpuId> cpu, const CtlOptions& options) {
  const auto result = hotplug(path, cpu, options);
  return result ? kCtlDone : report(result.error(), options);
}

}  // namespace unpark
