// SPDX-License-Identifier: Apache-2.0
#include "vmm/qmp_events.h"

#include <string_view>

#include "vmm/json_text.h"
#include "vmm/overloaded.h"
#include "vmm/qmp_trace.h"

namespace unpark {
namespace {

struct Body {
  std::string_view name;
  JsonObject data;
};

JsonObject cause(bool guest, std::string_view reason) {
  return JsonObject{}.add("guest", json_bool(guest)).add("reason", json_string(reason));
}

// What the machine does about it (qapi/run-state.json, GuestPanicAction).
JsonObject action(std::string_view what) {
  return JsonObject{}.add("action", json_string(what));
}

JsonObject subject(const HotplugRecord& record) {
  return JsonObject{}
      .add("number", json_unsigned(record.number))
      .add("cpu", json_unsigned(record.cpu.value))
      .add("id", json_string(record.id));
}

JsonObject ost(const event::AcpiDeviceOst& e) {
  JsonObject info;
  if (!e.device.empty()) info.add("device", json_string(e.device));
  info.add("source", json_unsigned(e.source))
      .add("status", json_unsigned(e.status))
      .add("slot", json_string(std::to_string(e.slot.value)))  // a decimal string, as in QEMU
      .add("slot-type", json_string("CPU"));
  return JsonObject{}.add("info", info.text());
}

// A cold-boot CPU has no id, and no path that a client could know.
JsonObject peripheral(const std::string& id) {
  JsonObject data;
  if (!id.empty()) data.add("device", json_string(id));
  return data.add("path",
                  json_string(id.empty() ? "/machine/unattached" : "/machine/peripheral/" + id));
}

JsonObject step(const event::HotplugStep& e) {
  JsonObject data = subject(e.record);
  add_step(data, e.record, e.row);
  return data;
}

JsonObject overdue(const event::HotplugOverdue& e) {
  return subject(e.record).add("step", json_string(e.record.overdue));
}

JsonObject refused(const event::GateRefused& e) {
  JsonObject data;
  data.add("cpu", json_unsigned(e.cpu.value))
      .add("window", json_string(e.control_window ? "control" : "os"))
      .add("operation", json_string(e.write ? "write" : "read"))
      .add("port", json_unsigned(e.port))
      .add("width", json_unsigned(e.width));
  if (e.write) data.add("value", json_unsigned(e.value));
  return data.add("in-smm", json_bool(e.in_smm)).add("count", json_unsigned(e.count));
}

// Own names begin with "__" and a reversed domain (QMP specification, section "Extensions").
Body body(const QmpEvent& event) {
  return std::visit(Overloaded{
                        [](const event::Shutdown& e) {
                          return Body{"SHUTDOWN", cause(e.guest, e.reason)};
                        },
                        [](const event::Reset& e) {
                          return Body{"RESET", cause(e.guest, e.reason)};
                        },
                        [](const event::Stop&) {
                          return Body{"STOP", {}};
                        },
                        [](const event::GuestPanicked&) {
                          return Body{"GUEST_PANICKED", action("pause")};
                        },
                        [](const event::GuestCrashLoaded&) {
                          return Body{"GUEST_CRASHLOADED", action("run")};
                        },
                        [](const event::Resume&) {
                          return Body{"RESUME", {}};
                        },
                        [](const event::AcpiDeviceOst& e) {
                          return Body{"ACPI_DEVICE_OST", ost(e)};
                        },
                        [](const event::DeviceDeleted& e) {
                          return Body{"DEVICE_DELETED", peripheral(e.device)};
                        },
                        [](const event::DeviceUnplugGuestError& e) {
                          return Body{"DEVICE_UNPLUG_GUEST_ERROR", peripheral(e.device)};
                        },
                        [](const event::HotplugStep& e) {
                          return Body{"__org.unpark_HOTPLUG_STEP", step(e)};
                        },
                        [](const event::HotplugOverdue& e) {
                          return Body{"__org.unpark_HOTPLUG_OVERDUE", overdue(e)};
                        },
                        [](const event::GateRefused& e) {
                          return Body{"__org.unpark_GATE_REFUSED", refused(e)};
                        },
                    },
                    event);
}

}  // namespace

std::string to_line(const QmpEvent& event, std::chrono::microseconds since_epoch) {
  const Body b = body(event);
  JsonObject line;
  line.add("timestamp", JsonObject{}
                            .add("seconds", json_integer(since_epoch.count() / 1'000'000))
                            .add("microseconds", json_integer(since_epoch.count() % 1'000'000))
                            .text());
  line.add("event", json_string(b.name));
  if (!b.data.empty()) line.add("data", b.data.text());
  return line.text().text;
}

}  // namespace unpark
