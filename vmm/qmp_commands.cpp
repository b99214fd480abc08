// SPDX-License-Identifier: Apache-2.0
#include "vmm/qmp_commands.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "vmm/json_members.h"
#include "vmm/qmp_queries.h"

namespace unpark {
namespace {

Unexpected<ControlError> refuse(std::string sentence) {
  return Unexpected{ControlError{ErrorClass::kGenericError, std::move(sentence)}};
}

Unexpected<ControlError> unexpected_parameter(const std::string& key) {
  return refuse(fmt::format("Parameter '{}' is unexpected", key));
}

// Each writes the command it has read to `out`.
using Parser = Result<Done, ControlError> (*)(const Json& arguments, QmpCommand& out);

template <class C>
Result<Done, ControlError> without_arguments(const Json& arguments, QmpCommand& out) {
  if (!arguments.empty()) return unexpected_parameter(arguments.begin().key());
  out.emplace<C>();
  return Done{};
}

Result<Done, ControlError> capabilities(const Json& arguments, QmpCommand& out) {
  for (const auto& [key, value] : arguments.items()) {
    if (key != "enable") return unexpected_parameter(key);
    if (!value.is_array()) return refuse("Invalid parameter type for 'enable', expected: array");
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (!value[i].is_string()) {
        return refuse(fmt::format("Invalid parameter type for 'enable[{}]', expected: string", i));
      }
      // Known to QMP, but not offered in the greeting.
      const auto& name = value[i].get_ref<const std::string&>();
      if (name == "oob") return refuse("Capability oob not available");
      return refuse(fmt::format("Parameter 'enable[{}]' does not accept value '{}'", i, name));
    }
  }
  out.emplace<command::QmpCapabilities>();
  return Done{};
}

Result<Done, ControlError> device_add(const Json& arguments, QmpCommand& out) {
  auto& c = out.emplace<command::DeviceAdd>();
  for (const auto& [key, value] : arguments.items()) {
    if (value.is_string()) {
      c.options.push_back({key, value.get<std::string>()});
    } else if (key == "driver" || key == "id") {
      return refuse(fmt::format("Invalid parameter type for '{}', expected: string", key));
    } else {
      // What is no integer keeps its JSON spelling, which is no integer either.
      c.options.push_back({key, json_text(value).text});
    }
  }
  return Done{};
}

Result<Done, ControlError> device_del(const Json& arguments, QmpCommand& out) {
  for (const auto& [key, value] : arguments.items()) {
    if (key != "id") return unexpected_parameter(key);
    if (!value.is_string()) return refuse("Invalid parameter type for 'id', expected: string");
  }
  if (!arguments.contains("id")) return refuse("Parameter 'id' is missing");
  out.emplace<command::DeviceDel>().id = arguments["id"].get<std::string>();
  return Done{};
}

Result<Done, ControlError> smi(const Json& arguments, QmpCommand& out) {
  auto& c = out.emplace<command::Smi>();
  for (const auto& [key, value] : arguments.items()) {
    if (key != "cpu-index") return unexpected_parameter(key);
    const auto index = integer_member(arguments, key);
    if (!index) return refuse("Invalid parameter type for 'cpu-index', expected: integer");
    if (*index < 0 || *index > std::int64_t{0xffff'ffff})
      return refuse(fmt::format("Parameter 'cpu-index' does not accept value '{}'", *index));
    c.cpu = VcpuId{static_cast<std::uint32_t>(*index)};
  }
  return Done{};
}

struct Entry {
  std::string_view name;
  Parser parse;
};
constexpr Entry kCommands[] = {
    {"qmp_capabilities", capabilities},
    {"query-version", without_arguments<command::QueryVersion>},
    {"query-status", without_arguments<command::QueryStatus>},
    {"query-commands", without_arguments<command::QueryCommands>},
    {"query-hotpluggable-cpus", without_arguments<command::QueryHotpluggableCpus>},
    {"query-cpus-fast", without_arguments<command::QueryCpusFast>},
    {"x-query-hotplug-trace", without_arguments<command::QueryHotplugTrace>},
    {"x-query-boot", without_arguments<command::QueryBoot>},
    {"device_add", device_add},
    {"device_del", device_del},
    {"x-smi", smi},
    {"quit", without_arguments<command::Quit>},
};
static_assert(std::size(kCommands) == std::variant_size_v<QmpCommand>);

}  // namespace

std::vector<std::string_view> command_names() {
  std::vector<std::string_view> names;
  for (const Entry& entry : kCommands) names.push_back(entry.name);
  return names;
}

Result<QmpCommand, ControlError> parse_command(std::string_view name, const Json& arguments) {
  for (const Entry& entry : kCommands) {
    if (entry.name != name) continue;
    QmpCommand command;
    (void)TRY(entry.parse(arguments, command));
    return command;
  }
  return Unexpected{ControlError{ErrorClass::kCommandNotFound,
                                 fmt::format("The command {} has not been found", name)}};
}

std::string_view name_of(ErrorClass error_class) {
  switch (error_class) {
    case ErrorClass::kGenericError:
      return "GenericError";
    case ErrorClass::kCommandNotFound:
      return "CommandNotFound";
    case ErrorClass::kDeviceNotActive:
      return "DeviceNotActive";
    case ErrorClass::kDeviceNotFound:
      return "DeviceNotFound";
    case ErrorClass::kKvmMissingCap:
      return "KVMMissingCap";
  }
  return "GenericError";
}

}  // namespace unpark
