// SPDX-License-Identifier: Apache-2.0
#include "vmm/demo_ovmf_scenario.h"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "vmm/qmp_client.h"

namespace unpark::demo {

namespace {

using Json = nlohmann::json;
using std::chrono::microseconds;

// Under emulation, on a busy host, a boot takes a minute; a stuck guest must still end.
constexpr Nanoseconds kBootLimit = std::chrono::seconds{240};
constexpr Nanoseconds kLimit = std::chrono::seconds{60};

// ACPI 6.5 section 6.3.5: _OST of a device check and of an ejection.
constexpr int kDeviceCheck = 1, kEjectRequest = 3, kSuccess = 0, kInProgress = 0x84;

microseconds wall_clock() {
  return std::chrono::duration_cast<microseconds>(
      std::chrono::system_clock::now().time_since_epoch());
}

microseconds time_of(const Json& event) {
  const Json& t = event.at("timestamp");
  return std::chrono::seconds{t.at("seconds").get<std::int64_t>()} +
         microseconds{t.at("microseconds").get<std::int64_t>()};
}

// _OST of `event` with `source`: its status; else nothing.
std::optional<int> ost_status(const Json& event, int source) {
  if (event.value("event", "") != "ACPI_DEVICE_OST") return std::nullopt;
  const Json& info = event.at("data").at("info");
  if (info.at("source") != source) return std::nullopt;
  return info.at("status").get<int>();
}

class Scenario {
 public:
  Scenario(OvmfRun& run, const OvmfStage& stage, QmpClient client)
      : run_(run), stage_(stage), client_(std::move(client)) {}

  Result<Done, Error> play() {
    run_.kernel = TRY(sh("uname -r"));
    TRY(add());
    TRY(look_at_record());
    TRY(work());
    TRY(attack());
    TRY(remove());
    return power_off();
  }

 private:
  Result<std::string, Error> sh(const std::string& command) {
    return stage_.shell.run(command, kLimit);
  }
  Result<Done, Error> look_at_record() {
    if (stage_.look_at_record()) return Done{};
    return Unexpected{Error{"the machine ended before its hot-add was looked at"}};
  }
  void claim(bool passed, std::string what, std::string evidence) {
    run_.checks.push_back({passed, std::move(what), std::move(evidence)});
  }

  Result<Done, Error> order(const std::string& request) {
    ordered_ = wall_clock();
    run_.exchanges.push_back({request, TRY(client_.request(request))});
    if (Json::parse(run_.exchanges.back().answer, nullptr, false).contains("return")) return Done{};
    return Unexpected{Error{"the machine refused it: " + run_.exchanges.back().answer}};
  }

  // Events as they come, until `last` says that this was it.
  Result<Done, Error> watch(const std::string& awaited,
                            const std::function<bool(const Json&)>& last) {
    for (;;) {
      const auto line = TRY(client_.next_event(kLimit));
      if (!line)
        return Unexpected{Error{
            fmt::format("{} did not come within {} s", awaited, kLimit / std::chrono::seconds{1})}};
      if (last(Json::parse(*line))) return Done{};
    }
  }

  Result<Done, Error> add() {
    stage_.progress(fmt::format("Linux is up; ordering CPU {}", run_.added.value));
    TRY(order(fmt::format(
        R"({{"execute": "device_add", "arguments": {{"driver": "host-x86_64-cpu", "id": "cpu{0}", )"
        R"("socket-id": 0, "core-id": {0}, "thread-id": 0}}}})",
        run_.added.value)));
    std::optional<int> status;
    TRY(watch("Linux's _OST for the new CPU", [&](const Json& event) {
      status = ost_status(event, kDeviceCheck);
      return status.has_value();
    }));
    if (*status != kSuccess)
      return Unexpected{
          Error{fmt::format("Linux did not take the CPU: _OST status {:#x}", *status)}};
    return Done{};
  }

  Result<Done, Error> work() {
    stage_.progress("Linux has taken the CPU; bringing it online");
    const std::string cpu = std::to_string(run_.added.value);
    const std::string online = TRY(sh("echo 1 > /sys/devices/system/cpu/cpu" + cpu +
                                      "/online; cat /sys/devices/system/cpu/online"));
    // Field 39 of proc(5)'s stat: the CPU that the process last ran on.
    const std::string ran_on = TRY(sh("taskset " + std::to_string(1u << run_.added.value) +
                                      " awk '{print $39}' /proc/self/stat"));
    claim(online == "0-" + cpu && ran_on == cpu, "Linux brought it online and ran a process on it",
          fmt::format("online: {}; the process ran on CPU {}", online, ran_on));
    return look_at_record();
  }

  // Root in the guest, at the control window CD8-CE3 (3288-3299): reads, then an ejection by force.
  Result<Done, Error> attack() {
    stage_.progress("the OS tries the controller's control window");
    const std::string cpu = std::to_string(run_.added.value);
    const std::string read = TRY(
        sh("for p in 3288 3292 3293 3296; do dd if=/dev/port bs=1 skip=$p count=1 2>/dev/null | "
           "hexdump -e '\"%02x\"'; done"));
    (void)TRY(sh("printf '\\" + cpu +
                 "\\0\\0\\0' | dd of=/dev/port bs=1 seek=3288 conv=notrunc 2>/dev/null; "
                 "printf '\\10' | dd of=/dev/port bs=1 seek=3292 conv=notrunc 2>/dev/null"));
    const std::string online = TRY(sh("cat /sys/devices/system/cpu/online"));
    claim(read == "ffffffff" && online == "0-" + cpu,
          "the OS reaches nothing of the controller's control window",
          fmt::format("it read {}; its ejection of CPU {} changed nothing", read, cpu));
    return Done{};
  }

  void saw(const Json& event, std::string who, std::string what, std::string by) {
    run_.removal.push_back(
        {std::move(who), std::move(what), std::move(by), time_of(event) - ordered_});
  }

  Result<Done, Error> remove() {
    const std::string cpu = std::to_string(run_.added.value);
    stage_.progress("ordering its removal");
    TRY(order(R"({"execute": "device_del", "arguments": {"id": "cpu)" + cpu + R"("}})"));
    bool deleted = false, reported = false;
    std::string refused;
    TRY(watch("the removal", [&](const Json& event) {
      const std::string name = event.value("event", "");
      if (const auto status = ost_status(event, kEjectRequest)) {
        const bool begun = *status == kInProgress;
        reported = reported || *status == kSuccess;
        saw(event, "host CPU, OS",
            begun ? "GPE handler: Notify(3); Linux takes the CPU offline"
                  : fmt::format("_EJ0 is back; Linux reports status {:#x}", *status),
            "_OST");
      }
      if (name == "DEVICE_DELETED") {
        deleted = true;
        saw(event, "host CPU, SMM", "the firmware ejects the CPU: stopped, parked, its slot empty",
            "vmm");
      }
      if (name == "DEVICE_UNPLUG_GUEST_ERROR") refused = name;
      return !refused.empty() || (deleted && reported);
    }));
    const std::string online = TRY(sh("cat /sys/devices/system/cpu/online"));
    claim(refused.empty() && online == "0", "it was removed, through SMM",
          refused.empty() ? fmt::format("DEVICE_DELETED came; online: {}", online) : refused);
    return Done{};
  }

  Result<Done, Error> power_off() {
    const std::string complaints =
        TRY(sh("dmesg | grep -i 'acpi.*\\(error\\|warning\\|exception\\)'"));
    claim(complaints.empty(), "Linux has nothing against the ACPI tables",
          complaints.empty() ? "no error, warning or exception of ACPI in its log" : complaints);
    stage_.progress("Linux powers off");
    // It does not come back to say that it has finished.
    (void)stage_.shell.run("poweroff -f", std::chrono::milliseconds{1});
    TRY(watch("the power-off",
              [&](const Json& event) { return event.value("event", "") == "SHUTDOWN"; }));
    claim(true, "Linux powered the machine off", "SHUTDOWN, by the guest");
    return Done{};
  }

  OvmfRun& run_;
  const OvmfStage& stage_;
  QmpClient client_;
  microseconds ordered_{0};
};

}  // namespace

Result<Done, Error> play_ovmf(OvmfRun& run, const OvmfStage& stage) {
  const auto start = std::chrono::steady_clock::now();
  stage.progress("booting: OVMF says nothing for a while");
  TRY(stage.shell.wait_for("GUEST-UP", kBootLimit));
  run.boot = std::chrono::steady_clock::now() - start;
  auto client = TRY(QmpClient::connect(stage.control_socket, {}));
  return Scenario(run, stage, std::move(client)).play();
}

}  // namespace unpark::demo
