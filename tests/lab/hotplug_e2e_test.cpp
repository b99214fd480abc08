// SPDX-License-Identifier: Apache-2.0
// Hot-adds from end to end: the embedded guest on the kernel's KVM, ordered over the control
// socket.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "devices/step_port_spec.h"
#include "guest/guest_image.h"
#include "tests/lab/live_machine.h"
#include "tests/lab/smm_required.h"
#include "vmm/qmp_client.h"

namespace unpark {
namespace {

using nlohmann::json;
namespace sp = spec::step_port;

// Of the machines of this process, by KVM's debugfs: which thread was in KVM_RUN last with `vcpu`.
std::vector<std::int64_t> last_threads_in_kvm(int vcpu) {
  std::vector<std::int64_t> found;
  std::error_code none;
  for (const auto& vm : std::filesystem::directory_iterator("/sys/kernel/debug/kvm", none)) {
    // "THREAD-DESCRIPTOR", of who has made the machine.
    const std::string name = vm.path().filename();
    const std::string thread = name.substr(0, name.find('-'));
    if (!vm.is_directory() || !std::filesystem::exists("/proc/self/task/" + thread)) continue;
    std::ifstream in(vm.path() / fmt::format("vcpu{}", vcpu) / "pid");
    if (std::int64_t pid = 0; in >> pid) found.push_back(pid);
  }
  return found;
}

class HotplugEndToEnd : public SmmRequired {
 protected:
  void boot(std::uint32_t cpus, std::uint32_t max, HotplugTrigger trigger = HotplugTrigger::kGuest,
            const std::string& guest_options = "", const std::string& hold_at = "") {
    MachineConfig config;
    config.guest_options = guest_options;
    config.cpus = cpus;
    config.max_cpus = max;
    config.memory = 128 << 20;
    config.trigger = trigger;
    config.hotplug_deadline = std::chrono::seconds{120};  // a busy lab is not a stuck guest
    config.firmware = FlashImage::part_of_program(guest_image());
    machine_ = LiveMachine::create(std::move(config), true);
    ASSERT_NE(machine_, nullptr);
    auto client = QmpClient::connect(machine_->socket(), {});
    ASSERT_TRUE(client) << client.error().message;
    client_.emplace(*std::move(client));
    if (!hold_at.empty()) machine_->hold_at(hold_at);
    machine_->start();
  }
  void wait_for_os(std::size_t boots = 1) {
    ASSERT_TRUE(machine_->wait([&](const Seen& s) {
      return s.count_marker(sp::kMarkerOsReady) >= boots;
    })) << serial();
  }
  json ask(const std::string& request) {
    const auto answer = client_->request(request);
    return answer ? json::parse(*answer) : json{{"lost", answer.error().message}};
  }
  json add(std::uint32_t cpu, const std::string& id) {
    return ask(fmt::format(R"({{"execute": "device_add", "arguments": {{"driver": )"
                           R"("host-x86_64-cpu", "id": "{}", "socket-id": 0, "core-id": {}, )"
                           R"("thread-id": 0}}}})",
                           id, cpu));
  }
  json add(std::uint32_t cpu) { return add(cpu, fmt::format("cpu{}", cpu)); }
  // Waits for the guest's verdicts about `cpu`, and checks them and what the VMM saw itself.
  void expect_joined(std::uint32_t cpu) {
    ASSERT_TRUE(machine_->wait([&](const Seen& s) {
      return s.has_marker(sp::kMarkerReported, VcpuId{cpu});
    })) << "CPU "
        << cpu << "\n"
        << serial();
    const auto r = machine_->record_of(VcpuId{cpu});
    ASSERT_TRUE(r);
    const auto missing = r->first_missing();
    EXPECT_FALSE(missing) << "CPU " << cpu << " lacks step " << kSteps[*missing].label;
    EXPECT_TRUE(r->parked_state_intact) << cpu;
    EXPECT_TRUE(r->worked) << cpu;
    EXPECT_TRUE(r->accepted) << cpu << ": by _OST";
    EXPECT_EQ(r->smbase_before, 0x3'0000u) << cpu;
    TsegRange tseg;
    machine_->on_loop([&](Machine& m) { tseg = m.tseg(); });
    ASSERT_TRUE(r->smbase_after) << cpu;
    EXPECT_GE(*r->smbase_after + 0x8000, tseg.first) << cpu;
    EXPECT_LE(*r->smbase_after + 0x1'0000, tseg.end) << cpu;
    EXPECT_EQ(machine_->lifecycle_of(VcpuId{cpu}), "running");
  }
  void expect_no_failed_verdict() {
    const auto failed = machine_->look<std::vector<GuestLine>>(
        [](const Seen& s) { return s.serial.of_kind("FAIL"); });
    EXPECT_TRUE(failed.empty()) << serial();
  }
  std::string serial() {
    return machine_->look<std::string>([this](const Seen& s) {
      std::string all = machine_->log();
      for (const GuestLine& l : s.serial.lines())
        all += l.kind + " " + l.name + " " + l.details + "\n";
      return all;
    });
  }
  LiveMachine& machine() { return *machine_; }

 private:
  std::unique_ptr<LiveMachine> machine_;
  std::optional<QmpClient> client_;
};

TEST_F(HotplugEndToEnd, AnAddedCpuJoinsAndAfterAMachineResetItIsAColdBootCpu) {
  ASSERT_NO_FATAL_FAILURE(boot(2, 4));
  ASSERT_NO_FATAL_FAILURE(wait_for_os());
  EXPECT_EQ(add(2), json::parse(R"({"return": {}})"));
  EXPECT_EQ(add(2, "other")["error"]["desc"], "CPU[2] with APIC ID 2 exists");
  EXPECT_EQ(add(3, "cpu2")["error"]["desc"], "Duplicate device ID 'cpu2'");
  EXPECT_EQ(add(4)["error"]["desc"], "Invalid CPU core-id: 4 must be in range 0:3");
  EXPECT_EQ(add(0)["error"]["desc"], "CPU[0] with APIC ID 0 exists");
  ASSERT_NO_FATAL_FAILURE(expect_joined(2));
  const json cpus = ask(R"({"execute": "query-cpus-fast"})")["return"];
  EXPECT_EQ(cpus.size(), 3u);

  machine().on_loop([](Machine& m) { m.request_reset(false, "host-qmp-system-reset"); });
  ASSERT_NO_FATAL_FAILURE(wait_for_os(2));
  EXPECT_EQ(machine().lifecycle_of(VcpuId{2}), "running");
  const auto ready = machine().look<std::vector<GuestLine>>(
      [](const Seen& s) { return s.serial.of_kind("READY"); });
  ASSERT_EQ(ready.size(), 2u);
  EXPECT_NE(ready[0].details.find("cpus=2 "), std::string::npos) << ready[0].details;
  EXPECT_NE(ready[1].details.find("cpus=3 "), std::string::npos) << ready[1].details;
  bool boot_cpu = false;
  machine().on_loop([&](Machine& m) { boot_cpu = m.cpus()[2].boot_cpu; });
  EXPECT_TRUE(boot_cpu);
  // And the machine still takes CPUs.
  EXPECT_TRUE(add(3).contains("return"));
  ASSERT_NO_FATAL_FAILURE(expect_joined(3));
  expect_no_failed_verdict();
}

TEST_F(HotplugEndToEnd, TheStagesOfTheBootBeginAnewAtAReset) {
  ASSERT_NO_FATAL_FAILURE(boot(1, 2));
  double last = 0;
  // Each later than all before it, those of the boot before too.
  const auto expect_stages = [&] {
    std::vector<std::string> names;
    const json answer = ask(R"({"execute": "x-query-boot"})");
    for (const json& reached : answer["return"]) {
      names.push_back(reached["stage"]);
      EXPECT_GT(reached["since-start-us"].get<double>(), last) << names.back();
      last = reached["since-start-us"];
    }
    EXPECT_EQ(names, (std::vector<std::string>{"pei", "sec", "dxe", "smi-features", "smram-locked",
                                               "acpi-mode", "os-events"}));
  };
  ASSERT_NO_FATAL_FAILURE(wait_for_os());
  expect_stages();
  machine().on_loop([](Machine& m) { m.request_reset(false, "host-qmp-system-reset"); });
  ASSERT_NO_FATAL_FAILURE(wait_for_os(2));
  expect_stages();
}

TEST_F(HotplugEndToEnd, TwoCpusAtOnceAndThenAllThatThereCanBe) {
  ASSERT_NO_FATAL_FAILURE(boot(1, 8));
  ASSERT_NO_FATAL_FAILURE(wait_for_os());
  machine().on_loop([](Machine& m) {  // in one go, before the guest can look
    EXPECT_TRUE(m.add_cpu({"cpu5", VcpuId{5}}));
    EXPECT_TRUE(m.add_cpu({"cpu1", VcpuId{1}}));
  });
  for (const std::uint32_t cpu : {1u, 5u}) ASSERT_NO_FATAL_FAILURE(expect_joined(cpu));
  for (const std::uint32_t cpu : {2u, 3u, 4u, 6u, 7u}) EXPECT_TRUE(add(cpu).contains("return"));
  for (const std::uint32_t cpu : {2u, 3u, 4u, 6u, 7u}) ASSERT_NO_FATAL_FAILURE(expect_joined(cpu));
  const json all = ask(R"({"execute": "query-cpus-fast"})");
  EXPECT_EQ(all.value("return", json::array()).size(), 8u) << all << serial();
  expect_no_failed_verdict();
}

TEST_F(HotplugEndToEnd, TheVmmCanOrderTheSmiItself) {
  ASSERT_NO_FATAL_FAILURE(boot(2, 4, HotplugTrigger::kVmm));
  ASSERT_NO_FATAL_FAILURE(wait_for_os());
  EXPECT_TRUE(add(3).contains("return"));
  ASSERT_NO_FATAL_FAILURE(expect_joined(3));
  expect_no_failed_verdict();
}

TEST_F(HotplugEndToEnd, AnOrderBetweenNegotiationAndTheOsIsNotLost) {
  ASSERT_NO_FATAL_FAILURE(boot(1, 2, HotplugTrigger::kGuest, "", "smram-locked"));
  ASSERT_TRUE(machine().wait([](const Seen& s) { return s.held; })) << serial();
  const json answer = add(1);
  ASSERT_TRUE(answer.contains("return")) << answer.dump();
  EXPECT_EQ(
      machine().look<std::size_t>([](const Seen& s) { return s.count_marker(sp::kMarkerOsReady); }),
      0u);
  machine().let_go();
  ASSERT_NO_FATAL_FAILURE(wait_for_os());
  ASSERT_NO_FATAL_FAILURE(expect_joined(1));
  expect_no_failed_verdict();
}

// KVM_RUN on another thread than the last one waits for an RCU grace period, milliseconds, in SMM.
TEST_F(HotplugEndToEnd, ACpuThatIsTakenAwayAndComesBackRunsOnItsOwnThreadOnly) {
  ASSERT_NO_FATAL_FAILURE(boot(1, 2));
  ASSERT_NO_FATAL_FAILURE(wait_for_os());
  ASSERT_TRUE(add(1).contains("return"));
  ASSERT_NO_FATAL_FAILURE(expect_joined(1));
  const json cpus = ask(R"({"execute": "query-cpus-fast"})")["return"];
  ASSERT_EQ(cpus.size(), 2u);
  if (last_threads_in_kvm(1).empty() && std::getenv("UNPARK_IN_LAB") == nullptr)
    GTEST_SKIP() << "KVM's debugfs is not there, or not for this user";
  const std::vector own{cpus[1]["thread-id"].get<std::int64_t>()};
  EXPECT_EQ(last_threads_in_kvm(1), own);
  ASSERT_TRUE(ask(R"({"execute": "device_del", "arguments": {"id": "cpu1"}})").contains("return"));
  ASSERT_TRUE(machine().wait([](const Seen& s) { return s.count<event::DeviceDeleted>() == 1; }));
  EXPECT_EQ(last_threads_in_kvm(1), own) << "after its removal";
  ASSERT_TRUE(add(1).contains("return"));
  ASSERT_TRUE(
      machine().wait([](const Seen& s) { return s.count_marker(sp::kMarkerReported) == 2; }));
  EXPECT_EQ(last_threads_in_kvm(1), own) << "after it came back";
  // CPU 1 halts meanwhile: its last KVM_RUN is the one that the reset itself needed.
  machine().on_loop([](Machine& m) { m.request_reset(false, "host-qmp-system-reset"); });
  ASSERT_TRUE(machine().wait([](const Seen& s) { return s.count<event::Reset>() == 1; }));
  EXPECT_EQ(last_threads_in_kvm(1), own) << "after a reset";
}

TEST_F(HotplugEndToEnd, AnSmiByTheHostReachesWhoRunsAndNobodyElse) {
  // SMM that claims nobody: CPU 1 stays parked.
  ASSERT_NO_FATAL_FAILURE(boot(1, 3, HotplugTrigger::kGuest, "empty-handler"));
  ASSERT_NO_FATAL_FAILURE(wait_for_os());
  ASSERT_EQ(add(1), json::parse(R"({"return": {}})"));
  const json done = json::parse(R"({"return": {}})");
  EXPECT_EQ(ask(R"({"execute": "x-smi"})"), done);
  EXPECT_EQ(ask(R"({"execute": "x-smi", "arguments": {"cpu-index": 0}})"), done);
  EXPECT_EQ(ask(R"({"execute": "x-smi", "arguments": {"cpu-index": 1}})")["error"]["desc"],
            "CPU 1 is parked: no SMI reaches it");
  EXPECT_EQ(ask(R"({"execute": "x-smi", "arguments": {"cpu-index": 2}})")["error"]["desc"],
            "CPU 2 is not there");
  EXPECT_EQ(machine().lifecycle_of(VcpuId{1}), "parked");
}

TEST_F(HotplugEndToEnd, TheTraceOverTheSocketIsTheRecordOfTheAdd) {
  ASSERT_NO_FATAL_FAILURE(boot(1, 2));
  ASSERT_NO_FATAL_FAILURE(wait_for_os());
  EXPECT_TRUE(add(1).contains("return"));
  ASSERT_NO_FATAL_FAILURE(expect_joined(1));
  const json records = ask(R"({"execute": "x-query-hotplug-trace"})")["return"];
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0]["cpu"], 1);
  EXPECT_EQ(records[0]["id"], "cpu1");
  EXPECT_EQ(records[0]["complete"], true);
  ASSERT_EQ(records[0]["steps"].size(), 17u);
  double last = 0;
  for (const std::string label :
       {"01a", "01b", "04", "05", "06", "07a", "07b", "08a", "08b", "09", "10", "11", "12", "15"}) {
    bool found = false;
    for (const json& step : records[0]["steps"]) {
      if (step["step"] != label) continue;
      found = true;
      ASSERT_TRUE(step.contains("since-order-us")) << label;
      EXPECT_GE(step["since-order-us"].get<double>(), last) << label << " came before its turn";
      last = step["since-order-us"].get<double>();
    }
    EXPECT_TRUE(found) << label;
  }
}

}  // namespace
}  // namespace unpark
