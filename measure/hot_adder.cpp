// SPDX-License-Identifier: Apache-2.0
#include "measure/hot_adder.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "vmm/json_members.h"

namespace unpark::measure {

namespace {
constexpr Nanoseconds kRemoval = std::chrono::seconds{60};
}

Result<HotAdder, Error> HotAdder::connect(const std::string& path) {
  HotAdder adder{TRY(QmpClient::connect(path, {}))};
  (void)TRY(adder.prepare());
  return adder;
}

Result<Json, Error> HotAdder::ask(const std::string& request) {
  const std::string line = TRY(client_.request(request));
  auto answer = parse_json(line);
  if (!answer) return Unexpected{Error{fmt::format("an answer is no JSON: {}", answer.error())}};
  if (const Json* error = member(*answer, "error"))
    return Unexpected{Error{fmt::format("{}: {}", request, string_member(*error, "desc"))}};
  const Json* value = member(*answer, "return");
  return value != nullptr ? *value : Json{};
}

Result<Done, Error> HotAdder::prepare() {
  const Json possible = TRY(ask(R"({"execute": "query-hotpluggable-cpus"})"));
  if (!possible.is_array()) return Unexpected{Error{"query-hotpluggable-cpus gave no list"}};
  for (const Json& entry : possible) {
    const Json* props = member(entry, "props");
    if (props == nullptr || !props->is_object()) continue;
    const auto slot = integer_member(*props, "core-id");
    if (!slot || *slot < 0 || *slot > 4096) continue;
    Json arguments = *props;
    arguments["driver"] = string_member(entry, "type");
    arguments["id"] = fmt::format("cpu{}", *slot);
    orders_[static_cast<std::uint32_t>(*slot)] =
        Json{{"execute", "device_add"}, {"arguments", std::move(arguments)}}.dump();
  }
  return Done{};
}

Result<Done, Error> HotAdder::add(std::uint32_t slot) {
  const auto order = orders_.find(slot);
  if (order == orders_.end())
    return Unexpected{Error{fmt::format("the machine has no slot {}", slot)}};
  (void)TRY(ask(order->second));
  return Done{};
}

Result<Done, Error> HotAdder::remove(std::uint32_t slot) {
  const std::string id = fmt::format("cpu{}", slot);
  (void)TRY(ask(fmt::format(R"({{"execute": "device_del", "arguments": {{"id": "{}"}}}})", id)));
  for (;;) {
    const auto line = TRY(client_.next_event(kRemoval));
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
