// SPDX-License-Identifier: Apache-2.0
#include "vmm/qmp_device_add.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace unpark {
namespace {

Unexpected<ControlError> refuse(std::string sentence) {
  return Unexpected{ControlError{ErrorClass::kGenericError, std::move(sentence)}};
}

const std::string* find(const command::DeviceAdd& c, std::string_view key) {
  const auto it = std::find_if(c.options.begin(), c.options.end(),
                               [key](const auto& option) { return option.key == key; });
  return it == c.options.end() ? nullptr : &it->value;
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// A letter, then letters, digits, '-', '.' and '_'.
bool is_identifier(std::string_view id) {
  return !id.empty() && is_letter(id.front()) && std::all_of(id.begin(), id.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_';
  });
}

struct TopologyOption {
  std::string_view name;
  bool required;
};
// Those that are not required are always 0: there is one die, one module and one node.
constexpr TopologyOption kTopology[] = {
    {"socket-id", true}, {"die-id", false},   {"module-id", false},
    {"core-id", true},   {"thread-id", true}, {"node-id", false},
};

bool is_topology(std::string_view key) {
  return std::any_of(std::begin(kTopology), std::end(kTopology),
                     [key](const TopologyOption& o) { return o.name == key; });
}

Result<Done, ControlError> check_driver(std::string_view driver, std::string_view cpu_type) {
  if (driver == cpu_type) return Done{};
  // The type of another CPU is a model name, only not the one this machine has.
  if (driver.ends_with("-x86_64-cpu")) {
    return refuse(fmt::format("Invalid CPU type, expected cpu type: '{}'", cpu_type));
  }
  return refuse(fmt::format("'{}' is not a valid device model name", driver));
}

Result<std::int32_t, ControlError> number(std::string_view key, std::string_view text) {
  std::int32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument) {
    return refuse(fmt::format("Parameter '{}' expects integer", key));
  }
  if (error == std::errc::result_out_of_range) {
    return refuse(fmt::format("Parameter '{}' expects int32_t", key));
  }
  return value;
}

// The number of `option`, in 0..last; nothing if it may be left out and is.
Result<std::uint32_t, ControlError> topology(const command::DeviceAdd& c,
                                             const TopologyOption& option, std::uint32_t last) {
  const std::string* text = find(c, option.name);
  if (text == nullptr) {
    if (option.required) return refuse(fmt::format("CPU {} is not set", option.name));
    return std::uint32_t{0};
  }
  const std::int32_t value = TRY(number(option.name, *text));
  if (value < 0 || static_cast<std::uint32_t>(value) > last) {
    return refuse(
        fmt::format("Invalid CPU {}: {} must be in range 0:{}", option.name, value, last));
  }
  return static_cast<std::uint32_t>(value);
}

}  // namespace

Result<DeviceAddCpu, ControlError> check_device_add(const command::DeviceAdd& c,
                                                    const MachineControl& machine) {
  const std::string* id = find(c, "id");
  const std::string* driver = find(c, "driver");
  const std::string cpu_type = machine.cpu_type();
  const std::vector<CpuInfo> cpus = machine.cpus();

  if (id != nullptr && !is_identifier(*id)) return refuse("Parameter 'id' expects an identifier");
  if (driver == nullptr) return refuse("Parameter 'driver' is missing");
  (void)TRY(check_driver(*driver, cpu_type));
  // Differs: QEMU takes a device without one. It could not be named again, to remove it.
  if (id == nullptr) return refuse("Parameter 'id' is missing");
  if (std::any_of(cpus.begin(), cpus.end(), [&](const CpuInfo& cpu) { return cpu.id == *id; })) {
    return refuse(fmt::format("Duplicate device ID '{}'", *id));
  }
  for (const auto& [key, text] : c.options) {
    if (key == "id" || key == "driver") continue;
    if (!is_topology(key)) return refuse(fmt::format("Property '{}.{}' not found", *driver, key));
    (void)TRY(number(key, text));
  }

  // One socket of as many cores as there are possible CPUs: the core's number is the slot.
  std::uint32_t slot = 0;
  for (const TopologyOption& option : kTopology) {
    const bool core = option.name == "core-id";
    const auto last = core && !cpus.empty() ? static_cast<std::uint32_t>(cpus.size()) - 1 : 0;
    const std::uint32_t value = TRY(topology(c, option, last));
    if (core) slot = value;
  }
  if (slot >= cpus.size()) return refuse("This machine has no CPUs");
  if (cpus[slot].plugged) return refuse(fmt::format("CPU[{0}] with APIC ID {0} exists", slot));
  return DeviceAddCpu{*id, VcpuId{slot}};
}

}  // namespace unpark
