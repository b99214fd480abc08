// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "devices/result.h"
#include "vmm/json_text.h"
#include "vmm/machine_control.h"
#include "vmm/overloaded.h"

namespace unpark {

// Everything a client can ask. Closed: adding one breaks every visit below.
namespace command {
struct QmpCapabilities {};
struct QueryVersion {};
struct QueryStatus {};
struct QueryCommands {};
struct QueryHotpluggableCpus {};
struct QueryCpusFast {};
struct QueryHotplugTrace {};
struct QueryBoot {};
struct DeviceAdd {
  struct Option {
    std::string key, value;  // numbers in decimal: clients send them as numbers or as strings
  };
  std::vector<Option> options;  // each key once
};
struct DeviceDel {
  std::string id;  // or the path /machine/peripheral/ID
};
struct Smi {
  std::optional<VcpuId> cpu;  // not given: all that are not parked
};
struct Quit {};
}  // namespace command
using QmpCommand =
    std::variant<command::QmpCapabilities, command::QueryVersion, command::QueryStatus,
                 command::QueryCommands, command::QueryHotpluggableCpus, command::QueryCpusFast,
                 command::QueryHotplugTrace, command::QueryBoot, command::DeviceAdd,
                 command::DeviceDel, command::Smi, command::Quit>;

// In the order of the variant.
std::vector<std::string_view> command_names();
std::string_view name_of(RunState state);
std::string_view name_of(ErrorClass error_class);

// The machine still has vCPUs that can run.
constexpr bool is_alive(RunState state) {
  switch (state) {
    case RunState::kPrelaunch:
    case RunState::kRunning:
    case RunState::kPaused:
      return true;
    case RunState::kShutdown:
    case RunState::kInternalError:
    case RunState::kGuestPanicked:
      return false;
  }
  return false;
}

// The same table is printed in docs/control.md.
constexpr bool allowed(const QmpCommand& c, RunState now) {
  return std::visit(Overloaded{
                        [](const command::QmpCapabilities&) { return true; },
                        [](const command::QueryVersion&) { return true; },
                        [](const command::QueryStatus&) { return true; },
                        [](const command::QueryCommands&) { return true; },
                        [](const command::QueryHotpluggableCpus&) { return true; },
                        [](const command::QueryCpusFast&) { return true; },
                        [](const command::QueryHotplugTrace&) { return true; },
                        [](const command::QueryBoot&) { return true; },
                        [now](const command::DeviceAdd&) { return is_alive(now); },
                        [now](const command::DeviceDel&) { return is_alive(now); },
                        [now](const command::Smi&) { return now == RunState::kRunning; },
                        [](const command::Quit&) { return true; },
                    },
                    c);
}

// `arguments` is an object.
Result<QmpCommand, ControlError> parse_command(std::string_view name, const Json& arguments);

// Carries out a command that is allowed() and gives what it returns. Quitting is the session's:
// the machine may end only after the reply was made.
Result<JsonText, ControlError> execute(const QmpCommand& c, MachineControl& machine);

// {"qemu": {"micro": ..., "minor": ..., "major": ...}, "package": ...}: of query-version and of the
// greeting.
JsonText version_object();

}  // namespace unpark
