// SPDX-License-Identifier: Apache-2.0
// What is expected here was captured from QEMU 7.2, byte for byte, unless a comment says otherwise.
#include "vmm/qmp_commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "tests/fakes/fake_machine_control.h"
#include "tests/vmm/qmp_conversation.h"
#include "vmm/version.h"

namespace unpark {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

class QmpCommands : public testing::Test {
 protected:
  void SetUp() override { client.negotiate(); }
  // What a command returns, or its error, without the envelope.
  std::string answer(const std::string& command, const std::string& arguments = "{}") {
    const std::string line =
        client.say("{\"execute\":\"" + command + "\",\"arguments\":" + arguments + "}");
    const auto between = [&line](std::string_view before, std::string_view after) {
      return line.substr(before.size(), line.size() - before.size() - after.size());
    };
    constexpr std::string_view kReturn = "{\"return\": ";
    constexpr std::string_view kError = "{\"error\": {\"class\": \"GenericError\", \"desc\": ";
    if (line.starts_with(kReturn)) return between(kReturn, "}\r\n");
    return line.starts_with(kError) ? between(kError, "}}\r\n") : line;
  }

  FakeMachineControl machine;
  QmpConversation client{machine};
};

constexpr std::string_view kFreeSlot3 =
    "{\"props\": {\"core-id\": 3, \"thread-id\": 0, \"socket-id\": 0}, \"vcpus-count\": 1, "
    "\"type\": \"qemu64-x86_64-cpu\"}";
constexpr std::string_view kFreeSlot2 =
    "{\"props\": {\"core-id\": 2, \"thread-id\": 0, \"socket-id\": 0}, \"vcpus-count\": 1, "
    "\"type\": \"qemu64-x86_64-cpu\"}";
constexpr std::string_view kSlot1 =
    "{\"props\": {\"core-id\": 1, \"thread-id\": 0, \"socket-id\": 0}, \"vcpus-count\": 1, "
    "\"qom-path\": \"/machine/peripheral/cpu-1\", \"type\": \"qemu64-x86_64-cpu\"}";
constexpr std::string_view kSlot0 =
    "{\"props\": {\"core-id\": 0, \"thread-id\": 0, \"socket-id\": 0}, \"vcpus-count\": 1, "
    "\"qom-path\": \"/machine/unattached/device[0]\", \"type\": \"qemu64-x86_64-cpu\"}";
constexpr std::string_view kAddCpu1 =
    R"({"driver":"qemu64-x86_64-cpu","id":"cpu-1","socket-id":0,"core-id":1,"thread-id":0})";

TEST_F(QmpCommands, HotpluggableCpusAreListedFromTheHighestSlotDown) {
  ASSERT_EQ(answer("device_add", std::string{kAddCpu1}), "{}");
  EXPECT_EQ(answer("query-hotpluggable-cpus"),
            "[" + std::string{kFreeSlot3} + ", " + std::string{kFreeSlot2} + ", " +
                std::string{kSlot1} + ", " + std::string{kSlot0} + "]");
}

TEST_F(QmpCommands, CpusFastListsThePluggedOnesWithTheirThreads) {
  ASSERT_EQ(answer("device_add", std::string{kAddCpu1}), "{}");
  // The last member of each is ours.
  EXPECT_EQ(answer("query-cpus-fast"),
            "[{\"thread-id\": 21680, \"props\": {\"core-id\": 0, \"thread-id\": 0, \"socket-id\": "
            "0}, \"qom-path\": \"/machine/unattached/device[0]\", \"cpu-index\": 0, \"target\": "
            "\"x86_64\", \"__org.unpark_lifecycle\": \"running\"}, "
            "{\"thread-id\": 23296, \"props\": {\"core-id\": 1, \"thread-id\": 0, \"socket-id\": "
            "0}, \"qom-path\": \"/machine/peripheral/cpu-1\", \"cpu-index\": 1, \"target\": "
            "\"x86_64\", \"__org.unpark_lifecycle\": \"parked\"}]");
}

TEST_F(QmpCommands, VersionIsThatOfTheGreeting) {
  EXPECT_EQ(answer("query-version"),
            "{\"qemu\": {\"micro\": 0, \"minor\": 2, \"major\": 7}, \"package\": \"unpark-" +
                std::string{kVersion} + "\"}");
}

TEST_F(QmpCommands, CommandsNamesExactlyTheClosedList) {
  EXPECT_EQ(
      answer("query-commands"),
      "[{\"name\": \"qmp_capabilities\"}, {\"name\": \"query-version\"}, {\"name\": "
      "\"query-status\"}, {\"name\": \"query-commands\"}, {\"name\": "
      "\"query-hotpluggable-cpus\"}, {\"name\": \"query-cpus-fast\"}, {\"name\": "
      "\"x-query-hotplug-trace\"}, {\"name\": \"x-query-boot\"}, {\"name\": "
      "\"device_add\"}, {\"name\": \"device_del\"}, {\"name\": \"x-smi\"}, {\"name\": \"quit\"}]");
}

TEST_F(QmpCommands, StatusNamesEveryState) {
  const std::pair<RunState, std::string> states[] = {
      {RunState::kPrelaunch, "\"prelaunch\", \"singlestep\": false, \"running\": false"},
      {RunState::kRunning, "\"running\", \"singlestep\": false, \"running\": true"},
      {RunState::kPaused, "\"paused\", \"singlestep\": false, \"running\": false"},
      {RunState::kShutdown, "\"shutdown\", \"singlestep\": false, \"running\": false"},
      {RunState::kInternalError, "\"internal-error\", \"singlestep\": false, \"running\": false"},
      {RunState::kGuestPanicked, "\"guest-panicked\", \"singlestep\": false, \"running\": false"},
  };
  for (const auto& [state, text] : states) {
    machine.state = state;
    EXPECT_EQ(answer("query-status"), "{\"status\": " + text + "}");
  }
}

// The table of docs/control.md.
TEST(QmpCommandTable, OnlyDeviceAddAndDeviceDelAndSmisDependOnTheState) {
  const QmpCommand always[] = {command::QmpCapabilities{},
                               command::QueryVersion{},
                               command::QueryStatus{},
                               command::QueryCommands{},
                               command::QueryHotpluggableCpus{},
                               command::QueryCpusFast{},
                               command::QueryHotplugTrace{},
                               command::QueryBoot{},
                               command::Quit{}};
  for (const RunState state :
       {RunState::kPrelaunch, RunState::kRunning, RunState::kPaused, RunState::kShutdown,
        RunState::kInternalError, RunState::kGuestPanicked}) {
    for (const QmpCommand& c : always) EXPECT_TRUE(allowed(c, state)) << c.index();
    EXPECT_EQ(allowed(command::Smi{}, state), state == RunState::kRunning);
  }
  for (const QmpCommand& c : {QmpCommand{command::DeviceAdd{}}, QmpCommand{command::DeviceDel{}}}) {
    EXPECT_TRUE(allowed(c, RunState::kPrelaunch));
    EXPECT_TRUE(allowed(c, RunState::kRunning));
    EXPECT_TRUE(allowed(c, RunState::kPaused));
    EXPECT_FALSE(allowed(c, RunState::kShutdown));
    EXPECT_FALSE(allowed(c, RunState::kInternalError));
    EXPECT_FALSE(allowed(c, RunState::kGuestPanicked));
  }
}

TEST_F(QmpCommands, SmiGoesToAllOrToOneCpu) {
  EXPECT_EQ(answer("x-smi"), "{}");
  EXPECT_EQ(answer("x-smi", R"({"cpu-index": 3})"), "{}");
  EXPECT_THAT(machine.smis, testing::ElementsAre(std::nullopt, VcpuId{3}));
}

TEST_F(QmpCommands, SmiRefusesWhatIsNoCpuIndex) {
  EXPECT_EQ(answer("x-smi", R"({"cpu-index": "3"})"),
            "\"Invalid parameter type for 'cpu-index', expected: integer\"");
  EXPECT_EQ(answer("x-smi", R"({"cpu-index": -1})"),
            "\"Parameter 'cpu-index' does not accept value '-1'\"");
  EXPECT_EQ(answer("x-smi", R"({"cpu-index": 4294967296})"),
            "\"Parameter 'cpu-index' does not accept value '4294967296'\"");
  EXPECT_EQ(answer("x-smi", R"({"cpu": 1})"), "\"Parameter 'cpu' is unexpected\"");
  EXPECT_THAT(machine.smis, IsEmpty());
}

TEST_F(QmpCommands, SmiPassesOnWhatTheMachineRefuses) {
  machine.refusal = "CPU 1 is parked: no SMI reaches it";
  EXPECT_EQ(answer("x-smi", R"({"cpu-index": 1})"), "\"CPU 1 is parked: no SMI reaches it\"");
}

TEST_F(QmpCommands, DeviceAddTakesTheTopologyAsNumbersOrDecimalStrings) {
  EXPECT_EQ(answer("device_add", std::string{kAddCpu1}), "{}");
  EXPECT_EQ(answer("device_add", R"({"driver":"qemu64-x86_64-cpu","id":"b","socket-id":"0",
                                     "core-id":"3","thread-id":"0"})"),
            "{}");
  ASSERT_THAT(machine.adds, SizeIs(2));
  EXPECT_EQ(machine.adds[0].id, "cpu-1");
  EXPECT_EQ(machine.adds[0].slot, VcpuId{1});
  EXPECT_EQ(machine.adds[1].id, "b");
  EXPECT_EQ(machine.adds[1].slot, VcpuId{3});
}

TEST_F(QmpCommands, DeviceAddTakesTheOneDieModuleAndNode) {
  EXPECT_EQ(
      answer("device_add", R"({"driver":"qemu64-x86_64-cpu","id":"a","socket-id":0,"core-id":2,
                                     "thread-id":0,"die-id":0,"module-id":0,"node-id":0})"),
      "{}");
}

TEST_F(QmpCommands, DeviceAddPassesOnWhatTheMachineRefuses) {
  machine.refusal = "cpu hotplug with SMI wasn't enabled by firmware";
  EXPECT_EQ(answer("device_add", std::string{kAddCpu1}),
            "\"cpu hotplug with SMI wasn't enabled by firmware\"");
}

TEST_F(QmpCommands, DeviceAddRefusesAnIdThatIsTaken) {
  ASSERT_EQ(answer("device_add", std::string{kAddCpu1}), "{}");
  EXPECT_EQ(answer("device_add", R"({"driver":"qemu64-x86_64-cpu","id":"cpu-1","socket-id":0,
                                     "core-id":2,"thread-id":0})"),
            "\"Duplicate device ID 'cpu-1'\"");
  EXPECT_EQ(answer("device_add", R"({"driver":"qemu64-x86_64-cpu","id":"cpu-2","socket-id":0,
                                     "core-id":1,"thread-id":0})"),
            "\"CPU[1] with APIC ID 1 exists\"");
  EXPECT_THAT(machine.adds, SizeIs(1));
}

struct BadAdd {
  std::string arguments, sentence;
};
void PrintTo(const BadAdd& a, std::ostream* out) {
  *out << a.arguments;
}
class DeviceAddRefuses : public QmpCommands, public testing::WithParamInterface<BadAdd> {};

TEST_P(DeviceAddRefuses, WithOneSentenceAndAddsNothing) {
  EXPECT_EQ(answer("device_add", "{" + GetParam().arguments + "}"),
            "\"" + GetParam().sentence + "\"");
  EXPECT_THAT(machine.adds, IsEmpty());
}

std::string with(const std::string& rest) {
  return R"("driver":"qemu64-x86_64-cpu",)" + rest;
}
const BadAdd kBadAdds[] = {
    {"", "Parameter 'driver' is missing"},
    {R"("id":"x")", "Parameter 'driver' is missing"},
    {R"("driver":"nope","id":"x")", "'nope' is not a valid device model name"},
    {R"("driver":"","id":"x")", "'' is not a valid device model name"},
    {R"("driver":"nope","id":"9 a")", "Parameter 'id' expects an identifier"},
    {R"("driver":"max-x86_64-cpu","id":"x","socket-id":1,"core-id":0,"thread-id":0)",
     "Invalid CPU type, expected cpu type: 'qemu64-x86_64-cpu'"},
    {with(R"("id":"9bad id","socket-id":1,"core-id":0,"thread-id":0)"),
     "Parameter 'id' expects an identifier"},
    {with(R"("id":"")"), "Parameter 'id' expects an identifier"},
    {with(R"("id":"x")"), "CPU socket-id is not set"},
    {with(R"("id":"x","socket-id":0)"), "CPU core-id is not set"},
    {with(R"("id":"x","socket-id":0,"thread-id":0)"), "CPU core-id is not set"},
    {with(R"("id":"x","socket-id":0,"core-id":1)"), "CPU thread-id is not set"},
    {with(R"("id":"x","socket-id":0,"core-id":0,"thread-id":0)"), "CPU[0] with APIC ID 0 exists"},
    {with(R"("id":"x","socket-id":9,"core-id":0,"thread-id":0)"),
     "Invalid CPU socket-id: 9 must be in range 0:0"},
    {with(R"("id":"x","socket-id":"1","core-id":"0","thread-id":"0")"),
     "Invalid CPU socket-id: 1 must be in range 0:0"},
    {with(R"("id":"x","socket-id":0,"core-id":4,"thread-id":0)"),
     "Invalid CPU core-id: 4 must be in range 0:3"},
    {with(R"("id":"x","socket-id":0,"core-id":1,"thread-id":1)"),
     "Invalid CPU thread-id: 1 must be in range 0:0"},
    {with(R"("id":"x","socket-id":0,"core-id":1,"thread-id":0,"die-id":1)"),
     "Invalid CPU die-id: 1 must be in range 0:0"},
    {with(R"("id":"x","socket-id":"abc","core-id":1,"thread-id":0)"),
     "Parameter 'socket-id' expects integer"},
    {with(R"("id":"x","socket-id":"","core-id":1,"thread-id":0)"),
     "Parameter 'socket-id' expects integer"},
    {with(R"("id":"x","socket-id":1.5,"core-id":1,"thread-id":0)"),
     "Parameter 'socket-id' expects integer"},
    {with(R"("id":"x","socket-id":true,"core-id":1,"thread-id":0)"),
     "Parameter 'socket-id' expects integer"},
    {with(R"("id":"x","socket-id":99999999999999999999,"core-id":1,"thread-id":0)"),
     "Parameter 'socket-id' expects integer"},
    {with(R"("id":"x","socket-id":99999999999,"core-id":1,"thread-id":0)"),
     "Parameter 'socket-id' expects int32_t"},
    {with(R"("id":"x","socket-id":1,"core-id":0,"thread-id":0,"foo":1)"),
     "Property 'qemu64-x86_64-cpu.foo' not found"},
    // The rest is stricter than QEMU, which takes a CPU without an id, hexadecimal strings, and
    // null or a negative number for "not set".
    {with(R"("socket-id":0,"core-id":1,"thread-id":0)"), "Parameter 'id' is missing"},
    {with(R"("id":5)"), "Invalid parameter type for 'id', expected: string"},
    {R"("driver":5)", "Invalid parameter type for 'driver', expected: string"},
    {with(R"("id":"x","socket-id":"0x0","core-id":1,"thread-id":0)"),
     "Parameter 'socket-id' expects integer"},
    {with(R"("id":"x","socket-id":null,"core-id":1,"thread-id":0)"),
     "Parameter 'socket-id' expects integer"},
    {with(R"("id":"x","socket-id":[],"core-id":1,"thread-id":0)"),
     "Parameter 'socket-id' expects integer"},
    {with(R"("id":"x","socket-id":-1,"core-id":1,"thread-id":0)"),
     "Invalid CPU socket-id: -1 must be in range 0:0"},
    {with(R"("id":"x","socket-id":0,"core-id":-2147483648,"thread-id":0)"),
     "Invalid CPU core-id: -2147483648 must be in range 0:3"},
};
INSTANTIATE_TEST_SUITE_P(Arguments, DeviceAddRefuses, testing::ValuesIn(kBadAdds));

// Ours.
TEST_F(QmpCommands, DeviceDelTakesAnIdOrAPath) {
  EXPECT_EQ(answer("device_del", R"({"id": "cpu2"})"), "{}");
  EXPECT_EQ(answer("device_del", R"({"id": "/machine/peripheral/cpu3"})"), "{}");
  EXPECT_EQ(machine.removals, (std::vector<std::string>{"cpu2", "cpu3"}));
}

TEST_F(QmpCommands, DeviceDelRefusesWhatIsNoId) {
  EXPECT_EQ(answer("device_del"), "\"Parameter 'id' is missing\"");
  EXPECT_EQ(answer("device_del", R"({"id": 2})"),
            "\"Invalid parameter type for 'id', expected: string\"");
  EXPECT_EQ(answer("device_del", R"({"id": "a", "x": 1})"), "\"Parameter 'x' is unexpected\"");
  EXPECT_TRUE(machine.removals.empty());
}

TEST_F(QmpCommands, HotplugTraceHasARowPerStepAndInventsNoTime) {
  HotplugRecord record{.number = 3, .cpu = VcpuId{1}, .id = "cpu-1"};
  record.steps[0] = {StepSource::kVmm, Nanoseconds{1500}};
  record.steps[3] = {StepSource::kTracepoint, Nanoseconds{2000007}};
  record.steps[4] = {StepSource::kGuest, Nanoseconds{2000999}};
  record.smbase_before = 0x30000;
  record.parked_state_intact = true;
  machine.records = {record};
  const std::string trace = answer("x-query-hotplug-trace");
  EXPECT_THAT(
      trace,
      StartsWith("[{\"number\": 3, \"cpu\": 1, \"id\": \"cpu-1\", \"complete\": "
                 "false, \"done\": false, \"steps\": [{\"step\": \"01a\", \"who\": \"VMM\", "));
  EXPECT_THAT(trace,
              HasSubstr("\"source\": \"vmm\", \"since-order-us\": 1.500}, {\"step\": \"01b\""));
  EXPECT_THAT(trace, HasSubstr("\"source\": \"not-observed\"}, {\"step\": \"02-03\", "));
  EXPECT_THAT(trace, HasSubstr("\"source\": \"no-equivalent\"}, {\"step\": \"04\", "));
  EXPECT_THAT(trace, HasSubstr("\"source\": \"tracepoint\", \"since-order-us\": 2000.007}, "));
  EXPECT_THAT(trace, HasSubstr("\"source\": \"guest\", \"since-order-us\": 2000.999}, "));
  EXPECT_THAT(
      trace, EndsWith("\"source\": \"not-observed\"}], \"awaited\": \"01b\", \"smbase-before\": "
                      "\"0x30000\", \"checks\": {\"parked-state-intact\": true, \"worked\": false, "
                      "\"reported\": false, \"accepted\": false}}]"));
}

TEST_F(QmpCommands, HotplugTraceWritesTimesBeforeTheOrderAsNegativeNumbers) {
  HotplugRecord record;
  record.steps[3] = {StepSource::kGuest, Nanoseconds{-1'005}};
  record.steps[4] = {StepSource::kVmm, Nanoseconds{-7}};
  machine.records = {record};
  const std::string trace = answer("x-query-hotplug-trace");
  EXPECT_THAT(trace, HasSubstr("\"since-order-us\": -1.005"));
  EXPECT_THAT(trace, HasSubstr("\"since-order-us\": -0.007"));
}

TEST_F(QmpCommands, HotplugTraceNamesTheStepThatIsOverdue) {
  HotplugRecord record;
  record.overdue = "07a";
  machine.records = {record};
  EXPECT_THAT(answer("x-query-hotplug-trace"),
              HasSubstr("], \"awaited\": \"01a\", \"overdue\": \"07a\", \"checks\": "));
}

TEST_F(QmpCommands, HotplugTraceSaysThatAnAddIsDoneThoughStepsWereNotSeen) {
  HotplugRecord record;
  record.told = false;
  record.accepted = true;
  machine.records = {record};
  const std::string trace = answer("x-query-hotplug-trace");
  EXPECT_THAT(trace, HasSubstr("\"complete\": false, \"done\": true, "));
  EXPECT_THAT(trace, testing::Not(HasSubstr("awaited")));
  // Where it goes from SMM is not known then.
  EXPECT_THAT(trace, HasSubstr("{\"step\": \"13\", \"who\": \"new CPU\", "));
}

TEST_F(QmpCommands, BootNamesEachStageThatWasReached) {
  EXPECT_EQ(answer("x-query-boot"), "[]");
  for (const BootStage stage : kAllBootStages)
    machine.stages.push_back({stage, std::chrono::milliseconds{1} * machine.stages.size()});
  EXPECT_EQ(answer("x-query-boot"),
            "[{\"stage\": \"sec\", \"since-start-us\": 0.000}, "
            "{\"stage\": \"pei\", \"since-start-us\": 1000.000}, "
            "{\"stage\": \"dxe\", \"since-start-us\": 2000.000}, "
            "{\"stage\": \"smi-features\", \"since-start-us\": 3000.000}, "
            "{\"stage\": \"tseg-closed\", \"since-start-us\": 4000.000}, "
            "{\"stage\": \"kernel-read\", \"since-start-us\": 5000.000}, "
            "{\"stage\": \"acpi-tables\", \"since-start-us\": 6000.000}, "
            "{\"stage\": \"smram-locked\", \"since-start-us\": 7000.000}, "
            "{\"stage\": \"acpi-mode\", \"since-start-us\": 8000.000}, "
            "{\"stage\": \"os-events\", \"since-start-us\": 9000.000}]");
}

TEST_F(QmpCommands, HotplugTraceIsEmptyBeforeTheFirstAdd) {
  EXPECT_EQ(answer("x-query-hotplug-trace"), "[]");
}

}  // namespace
}  // namespace unpark
