// SPDX-License-Identifier: Apache-2.0
#include "vmm/ctl_format.h"

#include <fmt/format.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "vmm/json_members.h"

namespace unpark {
namespace {

// Names that a guest or another server may have chosen: no escape sequences for the terminal.
std::string plain(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text;
}

std::string since_order(const Json& step) {
  const auto us = number_member(step, "since-order-us");
  return us ? fmt::format("{:.3f} ms", *us / 1000) : "-";
}

std::string observed_by(const Json& step) {
  const std::string source = string_member(step, "source");
  if (source == "guest") return "guest's step port";
  if (source == "tracepoint") return "KVM tracepoint";
  if (source == "vmm") return "VMM";
  if (source == "no-equivalent") return "no equivalent";
  return "not observed";
}

std::string_view yes_or_no(bool b) {
  return b ? "yes" : "no";
}

std::string slot_of(const Json& cpu) {
  const Json* props = member(cpu, "props");
  const auto slot = props != nullptr ? integer_member(*props, "core-id") : std::nullopt;
  return slot ? std::to_string(*slot) : "?";
}

// The entry of query-cpus-fast that has the same place.
const Json* running_cpu(const Json& cpus, const std::string& slot) {
  if (!cpus.is_array()) return nullptr;
  for (const Json& cpu : cpus) {
    if (slot_of(cpu) == slot) return &cpu;
  }
  return nullptr;
}

// "/machine/peripheral/cpu1" -> "cpu1"
std::string id_of_path(const std::string& qom_path) {
  constexpr std::string_view kNamed = "/machine/peripheral/";
  return qom_path.starts_with(kNamed) ? qom_path.substr(kNamed.size()) : "cold-boot";
}

}  // namespace

std::string format_trace_record(const Json& record) {
  std::string out =
      fmt::format("hot-add {}: CPU {}, id {}\n", integer_member(record, "number").value_or(0),
                  integer_member(record, "cpu").value_or(-1), plain(string_member(record, "id")));
  const auto row = [&out](std::string_view step, std::string_view who, std::string_view what,
                          std::string_view when, std::string_view how) {
    out += fmt::format("  {:<6} {:<17} {:<51} {:>13}  {}\n", step, who, what, when, how);
  };
  row("step", "who", "what", "since order", "observed by");
  for (const Json& step : array_member(record, "steps")) {
    row(plain(string_member(step, "step")), plain(string_member(step, "who")),
        plain(string_member(step, "what")), since_order(step), observed_by(step));
  }
  const auto check = [&out](std::string_view what, std::string_view verdict) {
    out += fmt::format("  {:<44} {}\n", what, verdict);
  };
  const std::string before = plain(string_member(record, "smbase-before"));
  const std::string after = plain(string_member(record, "smbase-after"));
  check("SMBASE before", before.empty() ? "not known" : before);
  check("SMBASE after", after.empty() ? "not known" : after);
  if (const Json* checks = member(record, "checks")) {
    check("untouched while it was parked", yes_or_no(bool_member(*checks, "parked-state-intact")));
    check("work ran on it", yes_or_no(bool_member(*checks, "worked")));
    check("accepted by the OS", yes_or_no(bool_member(*checks, "accepted")));
  }
  const std::string overdue = plain(string_member(record, "overdue"));
  if (!overdue.empty()) check("OVERDUE: the step that did not come", overdue);
  return out;
}

std::string format_step_event(const Json& data) {
  return fmt::format("{:>13}  {:<6} {:<17} {}", since_order(data),
                     plain(string_member(data, "step")), plain(string_member(data, "who")),
                     plain(string_member(data, "what")));
}

std::string format_status(const Json& status, const Json& hotpluggable, const Json& cpus) {
  std::size_t plugged = 0;
  std::string rows;
  std::string type;
  // The server lists the highest slot first.
  const std::size_t possible = hotpluggable.is_array() ? hotpluggable.size() : 0;
  for (std::size_t i = possible; i-- > 0;) {
    const Json& cpu = hotpluggable[i];
    const std::string slot = slot_of(cpu);
    const std::string path = string_member(cpu, "qom-path");
    type = plain(string_member(cpu, "type"));
    if (path.empty()) {
      rows += fmt::format("  slot {:>3}  free\n", slot);
      continue;
    }
    ++plugged;
    rows += fmt::format("  slot {:>3}  {:<12}", slot, plain(id_of_path(path)));
    if (const Json* running = running_cpu(cpus, slot)) {
      rows += fmt::format(" {:<14} host thread {}",
                          plain(string_member(*running, "__org.unpark_lifecycle")),
                          integer_member(*running, "thread-id").value_or(0));
    }
    rows += '\n';
  }
  return fmt::format("state   {}\nCPUs    {} of {} plugged, type {}\n{}",
                     plain(string_member(status, "status")), plugged, possible, type, rows);
}

}  // namespace unpark
