// SPDX-License-Identifier: Apache-2.0
#include "measure/machine_orders.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "vmm/json_members.h"

namespace unpark::measure {

namespace {
// For what the guest has to do.
constexpr Nanoseconds kAnswer = std::chrono::seconds{60};

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

Result<std::chrono::system_clock::time_point, Error> MachineOrders::wait_accepted(
    std::set<std::uint32_t> slots) {
  for (;;) {
    const auto line = TRY(client_.next_event(kAnswer));
    if (!line)
      return Unexpected{
          Error{fmt::format("no _OST for {} within 60 s", fmt::join(ids_of(slots), ", "))}};
    const auto event = parse_json(*line);
    if (!event || string_member(*event, "event") != "ACPI_DEVICE_OST") continue;
    const Json* data = member(*event, "data");
    const Json* info = data != nullptr ? member(*data, "info") : nullptr;
    if (info == nullptr) continue;
    const std::string device = string_member(*info, "device");
    const auto slot = std::find_if(slots.begin(), slots.end(),
                                   [&](std::uint32_t n) { return id_of(n) == device; });
    if (slot == slots.end()) continue;
    // ACPI 6.5, 6.3.5: 0 is success.
    if (const auto status = integer_member(*info, "status"); status != 0)
      return Unexpected{Error{
          fmt::format("the guest did not take {}: its _OST says {}", device, status.value_or(-1))}};
    slots.erase(slot);
    if (slots.empty()) return timestamp(*event);
  }
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
  for (;;) {
    const auto line = TRY(client_.next_event(kAnswer));
    if (!line) return Unexpected{Error{fmt::format("{} was not removed within 60 s", id)}};
    const auto event = parse_json(*line);
    if (!event) continue;
    const Json* data = member(*event, "data");
    if (data == nullptr || string_member(*data, "device") != id) continue;
    if (string_member(*event, "event") == "DEVICE_DELETED") return Done{};
    if (string_member(*event, "event") == "DEVICE_UNPLUG_GUEST_ERROR")
      return Unexpected{Error{fmt::format("the guest refused to give {} back", id)}};
  }
}

}  // namespace unpark::measure
