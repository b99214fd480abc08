// SPDX-License-Identifier: Apache-2.0
#include "measure/machine_orders.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "measure/child.h"
#include "vmm/json_members.h"

namespace unpark::measure {

namespace {
// For what the guest has to do.
constexpr Nanoseconds kAnswer = std::chrono::seconds{60};
// Until the VMM, which looks now and then, has told of what it saw in KVM's tracepoints.
constexpr Nanoseconds kLook = std::chrono::seconds{5};

std::string id_of(std::uint32_t slot) {
  return fmt::format("cpu{}", slot);
}

std::vector<std::string> ids_of(const std::set<std::uint32_t>& slots) {
  std::vector<std::string> ids;
  ids.reserve(slots.size());
  for (const std::uint32_t slot : slots) ids.push_back(id_of(slot));
  return ids;
}

// Of an event: seconds and microseconds since 1970.
Result<std::chrono::system_clock::time_point, Error> timestamp(const Json& event) {
  constexpr std::int64_t kMostSeconds = std::int64_t{1} << 33;
  const Json* stamp = member(event, "timestamp");
  if (stamp == nullptr) return Unexpected{Error{"an event has no timestamp"}};
  const auto seconds = integer_member(*stamp, "seconds");
  const auto us = integer_member(*stamp, "microseconds");
  if (!seconds || *seconds < 0 || *seconds > kMostSeconds || !us || *us < 0 || *us >= 1'000'000)
    return Unexpected{Error{fmt::format("an event has the timestamp {}", stamp->dump())}};
  return std::chrono::system_clock::time_point{std::chrono::seconds{*seconds} +
                                               std::chrono::microseconds{*us}};
}

}  // namespace

Result<MachineOrders, Error> MachineOrders::connect(const std::string& path) {
  MachineOrders orders{TRY(QmpClient::connect(path, {}))};
  (void)TRY(orders.prepare());
  return orders;
}

Result<Json, Error> MachineOrders::ask(const std::string& request) {
  const std::string line = TRY(client_.request(request));
  auto answer = parse_json(line);
  if (!answer) return Unexpected{Error{fmt::format("an answer is no JSON: {}", answer.error())}};
  if (const Json* error = member(*answer, "error"))
    return Unexpected{Error{fmt::format("{}: {}", request, string_member(*error, "desc"))}};
  const Json* value = member(*answer, "return");
  return value != nullptr ? *value : Json{};
}

Result<Done, Error> MachineOrders::prepare() {
  const Json possible = TRY(ask(R"({"execute": "query-hotpluggable-cpus"})"));
  if (!possible.is_array()) return Unexpected{Error{"query-hotpluggable-cpus gave no list"}};
  for (const Json& entry : possible) {
    const Json* props = member(entry, "props");
    if (props == nullptr || !props->is_object()) continue;
    const auto slot = integer_member(*props, "core-id");
    if (!slot || *slot < 0 || *slot > 4096) continue;
    Json arguments = *props;
    arguments["driver"] = string_member(entry, "type");
    arguments["id"] = id_of(static_cast<std::uint32_t>(*slot));
    orders_[static_cast<std::uint32_t>(*slot)] =
        Json{{"execute", "device_add"}, {"arguments", std::move(arguments)}}.dump();
  }
  return Done{};
}

Result<Done, Error> MachineOrders::add(std::uint32_t slot) {
  const auto order = orders_.find(slot);
  if (order == orders_.end())
    return Unexpected{Error{fmt::format("the machine has no slot {}", slot)}};
  (void)TRY(ask(order->second));
  return Done{};
}

Result<std::optional<Json>, Error> MachineOrders::watch(
    Nanoseconds limit, const std::function<Result<bool, Error>(const Json&)>& last) {
  const Nanoseconds deadline = monotonic_now() + limit;
  for (;;) {
    const Nanoseconds left = deadline - monotonic_now();
    if (left <= Nanoseconds{0}) return std::optional<Json>{};
    const auto line = TRY(client_.next_event(left));
    if (!line) return std::optional<Json>{};
    auto event = parse_json(*line);
    if (event && TRY(last(*event))) return std::optional{*std::move(event)};
  }
}

Result<std::chrono::system_clock::time_point, Error> MachineOrders::wait_accepted(
    std::set<std::uint32_t> slots) {
  const auto accepted = TRY(watch(kAnswer, [&](const Json& event) -> Result<bool, Error> {
    if (string_member(event, "event") != "ACPI_DEVICE_OST") return false;
    const Json* data = member(event, "data");
    const Json* info = data != nullptr ? member(*data, "info") : nullptr;
    if (info == nullptr) return false;
    const std::string device = string_member(*info, "device");
    const auto slot = std::find_if(slots.begin(), slots.end(),
                                   [&](std::uint32_t n) { return id_of(n) == device; });
    if (slot == slots.end()) return false;
    // ACPI 6.5, 6.3.5: 0 is success.
    if (const auto status = integer_member(*info, "status"); status != 0)
      return Unexpected{Error{
          fmt::format("the guest did not take {}: its _OST says {}", device, status.value_or(-1))}};
    slots.erase(slot);
    return slots.empty();
  }));
  if (accepted) return timestamp(*accepted);
  return Unexpected{
      Error{fmt::format("no _OST came for {} within 60 s", fmt::join(ids_of(slots), ", "))}};
}

Result<std::map<std::string, double>, Error> MachineOrders::steps(std::uint32_t slot) {
  const Json records = TRY(ask(R"({"execute": "x-query-hotplug-trace"})"));
  if (!records.is_array()) return Unexpected{Error{"x-query-hotplug-trace gave no list"}};
  std::map<std::string, double> steps;
  for (const Json& record : records) {
    const Json* list = member(record, "steps");
    if (integer_member(record, "cpu") != slot || list == nullptr || !list->is_array()) continue;
    steps.clear();
    for (const Json& step : *list)
      if (const auto at = number_member(step, "since-order-us"))
        steps[string_member(step, "step")] = *at;
  }
  return steps;
}

Result<std::optional<double>, Error> MachineOrders::wait_step(std::uint32_t slot,
                                                              const std::string& label) {
  auto seen = TRY(steps(slot));
  if (!seen.contains(label) && !blind_) {
    const std::string id = id_of(slot);
    (void)TRY(watch(kLook, [&](const Json& event) -> Result<bool, Error> {
      const Json* data = member(event, "data");
      return data != nullptr && string_member(event, "event") == "__org.unpark_HOTPLUG_STEP" &&
             string_member(*data, "id") == id && string_member(*data, "step") == label;
    }));
    seen = TRY(steps(slot));
  }
  const auto at = seen.find(label);
  blind_ = at == seen.end();
  return at != seen.end() ? std::optional{at->second} : std::nullopt;
}

Result<std::vector<MachineOrders::Stage>, Error> MachineOrders::boot_stages() {
  const Json answer = TRY(ask(R"({"execute": "x-query-boot"})"));
  if (!answer.is_array()) return Unexpected{Error{"x-query-boot gave no list"}};
  std::vector<Stage> stages;
  for (const Json& entry : answer)
    if (const auto time = number_member(entry, "since-start-us"))
      stages.push_back({string_member(entry, "stage"), *time});
  return stages;
}

Result<Done, Error> MachineOrders::smi() {
  (void)TRY(ask(R"({"execute": "x-smi"})"));
  return Done{};
}

Result<Done, Error> MachineOrders::remove(std::uint32_t slot) {
  const std::string id = id_of(slot);
  (void)TRY(ask(fmt::format(R"({{"execute": "device_del", "arguments": {{"id": "{}"}}}})", id)));
  const auto removed = TRY(watch(kAnswer, [&](const Json& event) -> Result<bool, Error> {
    const Json* data = member(event, "data");
    if (data == nullptr || string_member(*data, "device") != id) return false;
    if (string_member(event, "event") == "DEVICE_UNPLUG_GUEST_ERROR")
      return Unexpected{Error{fmt::format("the guest refused to give {} back", id)}};
    return string_member(event, "event") == "DEVICE_DELETED";
  }));
  if (removed) return Done{};
  return Unexpected{Error{fmt::format("{} was not removed within 60 s", id)}};
}

}  // namespace unpark::measure
