// SPDX-License-Identifier: Apache-2.0
// qmp_commands.h: carrying a command out.
#include <fmt/format.h>

#include "vmm/qmp_commands.h"
#include "vmm/qmp_device_add.h"
#include "vmm/qmp_queries.h"
#include "vmm/version.h"

namespace unpark {
namespace {

using Reply = Result<JsonText, ControlError>;

JsonText nothing() {
  return JsonObject{}.text();
}

Reply device_add(const command::DeviceAdd& c, MachineControl& machine) {
  const DeviceAddCpu add = TRY(check_device_add(c, machine));
  (void)TRY(machine.add_cpu(add));
  return nothing();
}

Reply device_del(const command::DeviceDel& c, MachineControl& machine) {
  constexpr std::string_view kPeripherals = "/machine/peripheral/";
  const bool path = c.id.starts_with(kPeripherals);
  (void)TRY(machine.remove_cpu(path ? c.id.substr(kPeripherals.size()) : c.id));
  return nothing();
}

}  // namespace

JsonText version_object() {
  // The QMP level that is spoken here, not a claim to be QEMU: clients derive from the number which
  // members to expect. The package says who answers.
  return JsonObject{}
      .add("qemu", JsonObject{}
                       .add("micro", json_integer(0))
                       .add("minor", json_integer(2))
                       .add("major", json_integer(7))
                       .text())
      .add("package", json_string(fmt::format("unpark-{}", kVersion)))
      .text();
}

Result<JsonText, ControlError> execute(const QmpCommand& c, MachineControl& machine) {
  return std::visit(
      Overloaded{
          [](const command::QmpCapabilities&) {
            return Reply{Unexpected{
                ControlError{ErrorClass::kCommandNotFound,
                             "Capabilities negotiation is already complete, command ignored"}}};
          },
          [](const command::QueryVersion&) { return Reply{version_object()}; },
          [&](const command::QueryStatus&) { return Reply{query_status(machine)}; },
          [](const command::QueryCommands&) { return Reply{query_commands()}; },
          [&](const command::QueryHotpluggableCpus&) {
            return Reply{query_hotpluggable_cpus(machine)};
          },
          [&](const command::QueryCpusFast&) { return Reply{query_cpus_fast(machine)}; },
          [&](const command::QueryHotplugTrace&) { return Reply{query_hotplug_trace(machine)}; },
          [&](const command::QueryBoot&) { return Reply{query_boot(machine)}; },
          [&](const command::DeviceAdd& add) { return device_add(add, machine); },
          [&](const command::DeviceDel& del) { return device_del(del, machine); },
          [&](const command::Smi& smi) -> Reply {
            (void)TRY(machine.inject_smi(smi.cpu));
            return nothing();
          },
          [](const command::Quit&) { return Reply{nothing()}; },
      },
      c);
}

}  // namespace unpark
