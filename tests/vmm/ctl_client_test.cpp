// SPDX-License-Identifier: Apache-2.0
#include "vmm/ctl_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

#include "tests/vmm/control_server.h"
#include "tests/vmm/raw_client.h"
#include "tests/vmm/scripted_server.h"
#include "tests/vmm/temp_dir.h"

namespace unpark {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

// The numbers of docs/control.md.
constexpr int kOk = 0, kError = 1, kBadUsage = 2, kNobodyThere = 3;

const std::string kGreeting =
    "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 22, \"minor\": 2, \"major\": 7}, \"package\": "
    "\"\"}, \"capabilities\": [\"oob\"]}}\r\n";
const std::string kEmptyReturn = "{\"return\": {}}\r\n";

HotplugRecord seen_by_guest(VcpuId cpu, const std::string& id) {
  HotplugRecord record{.number = 1, .cpu = cpu, .id = id};
  for (std::size_t row = 0; row < kStepRows; ++row) {
    if (row == kRowWithoutEquivalent) continue;
    record.steps[row] = {StepSource::kGuest, milliseconds{row}};
  }
  record.smbase_before = 0x30000;
  record.smbase_after = 0x7f002000;
  record.parked_state_intact = record.worked = true;
  return record;
}

class CtlTest : public testing::Test {
 protected:
  TempDir dir;
  const std::string path = dir / "s";
  std::ostringstream out, err;
  CtlOptions options{.out = out, .err = err};
};

class CtlWithServer : public CtlTest {
 protected:
  ControlServer server{path};
};

TEST_F(CtlWithServer, StatusShowsEverySlot) {
  server.on_loop([](FakeMachineControl& machine, auto&) {
    (void)machine.add_cpu({.id = "spare", .slot = VcpuId{2}});
  });
  EXPECT_EQ(ctl_status(path, options), kOk);
  EXPECT_EQ(out.str(),
            "state   running\n"
            "CPUs    2 of 4 plugged, type qemu64-x86_64-cpu\n"
            "  slot   0  cold-boot    running        host thread 21680\n"
            "  slot   1  free\n"
            "  slot   2  spare        parked         host thread 23296\n"
            "  slot   3  free\n");
  EXPECT_THAT(err.str(), IsEmpty());
}

TEST_F(CtlWithServer, StatusAsJsonIsOneLineOfWhatTheServerReturned) {
  options.json = true;
  EXPECT_EQ(ctl_status(path, options), kOk);
  EXPECT_THAT(out.str(), StartsWith("{\"query-status\": {\"running\": true, "));
  EXPECT_EQ(out.str().find('\n'), out.str().size() - 1);
}

TEST_F(CtlWithServer, RawPrintsTheAnswer) {
  EXPECT_EQ(ctl_raw(path, "{'execute': 'query-status', 'id': 4}", options), kOk);
  EXPECT_EQ(out.str(),
            "{\"return\": {\"status\": \"running\", \"singlestep\": false, \"running\": true}, "
            "\"id\": 4}\n");
}

TEST_F(CtlWithServer, RawTakesABareCommandName) {
  EXPECT_EQ(ctl_raw(path, "query-version", options), kOk);
  EXPECT_THAT(out.str(), StartsWith("{\"return\": {\"qemu\": "));
}

TEST_F(CtlWithServer, RawErrorIsPrintedAndIsTheExitStatus) {
  EXPECT_EQ(ctl_raw(path, "frobnicate", options), kError);
  EXPECT_THAT(out.str(), HasSubstr("The command frobnicate has not been found"));
}

TEST_F(CtlTest, RawRefusesWhatIsNotOneRequestBeforeConnecting) {
  for (const char* request : {"{\"execute\":", "{\"execute\": }", "{} {}", "", "query status"}) {
    EXPECT_EQ(ctl_raw(path, request, options), kBadUsage) << request;
  }
  EXPECT_THAT(out.str(), IsEmpty());
  EXPECT_THAT(err.str(), StartsWith("unpark ctl: the request is not complete JSON\n"));
}

TEST_F(CtlWithServer, RawQuitEndsTheMachine) {
  EXPECT_EQ(ctl_raw(path, "quit", options), kOk);
  EXPECT_EQ(out.str(), "{\"return\": {}}\n");
}

TEST_F(CtlWithServer, HotplugTakesTheLowestFreeSlotAndPrintsEveryStep) {
  server.on_loop([](FakeMachineControl& machine, ControlSocket& socket) {
    machine.on_add = [&](const DeviceAddCpu& add) {
      machine.records = {seen_by_guest(add.slot, add.id)};
      socket.emit(event::HotplugStep{machine.records[0], 6});
    };
  });
  EXPECT_EQ(ctl_hotplug(path, std::nullopt, options), kOk);
  EXPECT_THAT(err.str(),
              StartsWith("device_add {\"driver\": \"qemu64-x86_64-cpu\", \"id\": "
                         "\"cpu1\", \"core-id\": 1, \"socket-id\": 0, \"thread-id\": 0}\n"));
  EXPECT_THAT(out.str(), StartsWith("hot-add 1: CPU 1, id cpu1\n"));
  for (const char* step : {"01a", "01b", "04 ", "05 ", "06 ", "07a", "07b", "08a", "08b", "09 ",
                           "10 ", "11 ", "12 ", "13 ", "14 ", "15 "}) {
    EXPECT_THAT(out.str(), HasSubstr("\n  " + std::string{step}));
  }
  EXPECT_THAT(out.str(), HasSubstr("16.000 ms  guest's step port\n"));
  EXPECT_THAT(out.str(), HasSubstr("-  no equivalent\n"));
  EXPECT_THAT(out.str(), HasSubstr("0x30000\n"));
  EXPECT_THAT(out.str(), HasSubstr("0x7f002000\n"));
}

TEST_F(CtlWithServer, HotplugFollowsTheStepsUntilTheCpuHasWorked) {
  server.on_loop([this](FakeMachineControl& machine, ControlSocket&) {
    machine.on_add = [&](const DeviceAddCpu& add) {
      HotplugRecord record{.number = 1, .cpu = add.slot, .id = add.id};
      machine.records = {record};
      server.on_loop_after(milliseconds{20}, [](FakeMachineControl& m, ControlSocket& socket) {
        m.records = {seen_by_guest(VcpuId{3}, "cpu3")};
        m.records[0].worked = false;
        socket.emit(event::HotplugStep{m.records[0], 16});
      });
      server.on_loop_after(milliseconds{60}, [](FakeMachineControl& m, ControlSocket&) {
        m.records[0].worked = true;
      });
    };
  });
  EXPECT_EQ(ctl_hotplug(path, VcpuId{3}, options), kOk);
  EXPECT_THAT(err.str(), HasSubstr("16.000 ms  15     host CPU, OS      INIT-SIPI-SIPI"));
  EXPECT_THAT(out.str(), HasSubstr("work ran on it                               yes\n"));
}

TEST_F(CtlWithServer, HotplugAsJsonPrintsTheRecord) {
  server.on_loop([](FakeMachineControl& machine, ControlSocket&) {
    machine.on_add = [&](const DeviceAddCpu& add) {
      machine.records = {seen_by_guest(add.slot, add.id)};
    };
  });
  options.json = true;
  EXPECT_EQ(ctl_hotplug(path, VcpuId{1}, options), kOk);
  EXPECT_THAT(out.str(), AllOf(StartsWith("{\"checks\": {"), HasSubstr("\"complete\": true")));
}

// OVMF and Linux: what happens in SMM is seen by nobody, and the OS starts the CPU when it likes.
HotplugRecord accepted_by_os(VcpuId cpu, const std::string& id) {
  HotplugRecord record{.number = 1, .cpu = cpu, .id = id, .told = false};
  record.steps[0] = record.steps[6] = {StepSource::kVmm, milliseconds{1}};
  record.accepted = true;
  return record;
}

TEST_F(CtlWithServer, HotplugIsWellWhenTheOsHasAcceptedTheCpu) {
  server.on_loop([](FakeMachineControl& machine, ControlSocket&) {
    machine.on_add = [&](const DeviceAddCpu& add) {
      machine.records = {accepted_by_os(add.slot, add.id)};
    };
  });
  options.grace = milliseconds{20};
  EXPECT_EQ(ctl_hotplug(path, VcpuId{1}, options), kOk);
  EXPECT_THAT(out.str(), HasSubstr("accepted by the OS                           yes\n"));
}

TEST_F(CtlWithServer, HotplugWaitsALittleForStep15) {
  server.on_loop([this](FakeMachineControl& machine, ControlSocket&) {
    machine.on_add = [&](const DeviceAddCpu& add) {
      machine.records = {accepted_by_os(add.slot, add.id)};
      server.on_loop_after(milliseconds{20}, [](FakeMachineControl& m, ControlSocket& socket) {
        m.records[0].steps[16] = {StepSource::kTracepoint, milliseconds{16}};
        socket.emit(event::HotplugStep{m.records[0], 16});
      });
    };
  });
  options.grace = std::chrono::seconds{10};
  EXPECT_EQ(ctl_hotplug(path, VcpuId{1}, options), kOk);
  EXPECT_THAT(out.str(), HasSubstr("16.000 ms  KVM tracepoint\n"));
}

TEST_F(CtlWithServer, HotplugNamesTheStepThatIsAwaitedOfFirmwareThatDoesNotTell) {
  server.on_loop([](FakeMachineControl& machine, ControlSocket&) {
    machine.on_add = [&](const DeviceAddCpu& add) {
      machine.records = {accepted_by_os(add.slot, add.id)};
      machine.records[0].accepted = false;
    };
  });
  options.hotplug_timeout = milliseconds{30};
  EXPECT_EQ(ctl_hotplug(path, VcpuId{1}, options), kError);
  EXPECT_THAT(err.str(), HasSubstr("step 15 did not come\n"));
}

TEST_F(CtlWithServer, HotplugNamesTheStepThatIsOverdue) {
  server.on_loop([](FakeMachineControl& machine, ControlSocket&) {
    machine.on_add = [&](const DeviceAddCpu& add) {
      HotplugRecord record{.number = 1, .cpu = add.slot, .id = add.id};
      record.overdue = "05";
      machine.records = {record};
    };
  });
  EXPECT_EQ(ctl_hotplug(path, std::nullopt, options), kError);
  EXPECT_THAT(err.str(), HasSubstr("unpark ctl: CPU 1 (cpu1): step 05 did not come\n"));
}

TEST_F(CtlWithServer, HotplugGivesUpAfterItsTimeAndNamesTheFirstMissingStep) {
  server.on_loop([](FakeMachineControl& machine, ControlSocket&) {
    machine.on_add = [&](const DeviceAddCpu& add) {
      HotplugRecord record{.number = 1, .cpu = add.slot, .id = add.id};
      record.steps[0] = {StepSource::kVmm, Nanoseconds{1}};
      machine.records = {record};
    };
  });
  options.hotplug_timeout = milliseconds{30};
  EXPECT_EQ(ctl_hotplug(path, std::nullopt, options), kError);
  EXPECT_THAT(err.str(), HasSubstr("step 01b did not come\n"));
}

TEST_F(CtlWithServer, HotplugPassesOnTheServersRefusal) {
  server.on_loop([](FakeMachineControl& machine, auto&) {
    machine.refusal = "cpu hotplug with SMI wasn't enabled by firmware";
  });
  EXPECT_EQ(ctl_hotplug(path, VcpuId{1}, options), kError);
  EXPECT_THAT(err.str(), HasSubstr("unpark ctl: device_add: cpu hotplug with SMI wasn't enabled by "
                                   "firmware\n"));
  EXPECT_EQ(ctl_hotplug(path, VcpuId{0}, options), kError);
  EXPECT_THAT(err.str(), HasSubstr("CPU[0] with APIC ID 0 exists\n"));
}

TEST_F(CtlWithServer, HotplugOfASlotThatIsNotThereNamesTheSlots) {
  EXPECT_EQ(ctl_hotplug(path, VcpuId{9}, options), kError);
  EXPECT_EQ(err.str(), "unpark ctl: the machine has no slot 9; its slots are 0 to 3\n");
}

TEST_F(CtlWithServer, HotplugOfAFullMachineSaysSo) {
  server.on_loop([](FakeMachineControl& machine, auto&) {
    for (CpuInfo& cpu : machine.cpu_list) cpu.plugged = true;
  });
  EXPECT_EQ(ctl_hotplug(path, std::nullopt, options), kError);
  EXPECT_EQ(err.str(), "unpark ctl: all 4 CPUs are plugged\n");
}

TEST_F(CtlWithServer, TraceOfAMachineWithoutHotAddsSaysSo) {
  EXPECT_EQ(ctl_trace(path, options), kOk);
  EXPECT_EQ(out.str(), "no CPU has been hot-added\n");
}

TEST_F(CtlWithServer, TraceShowsEveryRecordAndAsJsonTheReturnedArray) {
  server.on_loop([](FakeMachineControl& machine, auto&) {
    machine.records = {seen_by_guest(VcpuId{1}, "a"), seen_by_guest(VcpuId{2}, "b")};
  });
  EXPECT_EQ(ctl_trace(path, options), kOk);
  EXPECT_THAT(out.str(), AllOf(HasSubstr("CPU 1, id a\n"), HasSubstr("CPU 2, id b\n")));
  out.str("");
  options.json = true;
  EXPECT_EQ(ctl_trace(path, options), kOk);
  EXPECT_THAT(out.str(), StartsWith("[{"));
}

TEST_F(CtlWithServer, SecondClientIsToldThatItWaits) {
  RawClient first{path};
  first.negotiate();
  options.turn_timeout = milliseconds{50};
  EXPECT_EQ(ctl_status(path, options), kNobodyThere);
  EXPECT_THAT(err.str(), HasSubstr("another client is connected; waiting for it to leave\n"));
  EXPECT_THAT(err.str(), HasSubstr("another client is connected and does not leave\n"));
}

TEST_F(CtlTest, MissingSocketIsNamedWithWhatCanBeDone) {
  EXPECT_EQ(ctl_status(path, options), kNobodyThere);
  EXPECT_EQ(err.str(), "unpark ctl: cannot connect to '" + path +
                           "': there is no such socket; is the machine running, with --control "
                           "unix: and this path?\n");
}

TEST_F(CtlTest, SocketThatADeadMachineLeftIsTold) {
  {
    const ScriptedServer server{path, {}};
    const RawClient only_client{path};
  }
  EXPECT_EQ(ctl_status(path, options), kNobodyThere);
  EXPECT_THAT(err.str(), HasSubstr("nobody serves this socket any more; the machine has ended\n"));
}

TEST_F(CtlTest, FileThatIsNoSocketIsTold) {
  std::ofstream{path} << "text";
  EXPECT_EQ(ctl_status(path, options), kNobodyThere);
  EXPECT_THAT(err.str(), HasSubstr("this file is no socket\n"));
}

TEST_F(CtlTest, SocketOfSomebodyElseIsTold) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may connect everywhere";
  ControlServer server{path};
  ASSERT_EQ(::chmod(path.c_str(), 0), 0);
  EXPECT_EQ(ctl_status(path, options), kNobodyThere);
  EXPECT_THAT(err.str(),
              HasSubstr("no permission; it is open to the user who started the machine"));
}

TEST_F(CtlTest, PathThatIsTooLongIsTold) {
  EXPECT_EQ(ctl_status(std::string(200, 'x'), options), kNobodyThere);
  EXPECT_THAT(err.str(), HasSubstr("the path has 200 bytes"));
}

TEST_F(CtlTest, ServerThatGoesAwayIsTold) {
  ScriptedServer server{path, {kGreeting, kEmptyReturn}};
  EXPECT_EQ(ctl_status(path, options), kNobodyThere);
  EXPECT_EQ(err.str(), "unpark ctl: '" + path + "': the server went away\n");
}

TEST_F(CtlTest, ServerThatGoesAwayOnQuitHasDoneIt) {
  ScriptedServer server{path, {kGreeting, kEmptyReturn, ""}};
  EXPECT_EQ(ctl_raw(path, "quit", options), kOk);
}

TEST_F(CtlTest, ServerThatDoesNotAnswerIsTold) {
  ScriptedServer server{path, {kGreeting, kEmptyReturn, "", ""}};
  options.answer_timeout = milliseconds{30};
  EXPECT_EQ(ctl_status(path, options), kNobodyThere);
  EXPECT_THAT(err.str(), HasSubstr("the server does not answer\n"));
}

TEST_F(CtlTest, ServerOfAnotherProtocolIsTold) {
  for (const char* greeting : {"SSH-2.0-OpenSSH\r\n", "[]\r\n", "{\"QMP\r\n"}) {
    const std::string one = dir / std::to_string(std::string{greeting}.size());
    ScriptedServer server{one, {greeting}};
    EXPECT_EQ(ctl_status(one, options), kNobodyThere);
  }
  EXPECT_THAT(err.str(), HasSubstr("the server does not speak QMP\n"));
}

TEST_F(CtlTest, AnswersOfUnexpectedFormAreShownAsUnknownNotTrusted) {
  ScriptedServer server{
      path,
      {kGreeting, kEmptyReturn, "{\"return\": 5}\r\n",
       "{\"return\": [{\"props\": 1, \"qom-path\": \"/machine/peripheral/\\u001b[2J\"}, "
       "7]}\r\n",
       "{\"return\": null}\r\n"}};
  EXPECT_EQ(ctl_status(path, options), kOk);
  EXPECT_THAT(out.str(), AllOf(HasSubstr("slot   ?"), HasSubstr("?[2J"), Not(HasSubstr("\x1b"))));
}

// QEMU itself, as far as ctl needs it: no trace, events in between.
TEST_F(CtlTest, HotplugOnAServerWithoutTraceOrdersTheCpu) {
  ScriptedServer server{
      path,
      {kGreeting, kEmptyReturn,
       "{\"return\": [{\"props\": {\"core-id\": 1, \"thread-id\": 0, \"socket-id\": 0}, "
       "\"vcpus-count\": 1, \"type\": \"host-x86_64-cpu\"}, {\"props\": {\"core-id\": 0, "
       "\"thread-id\": 0, \"socket-id\": 0}, \"vcpus-count\": 1, \"qom-path\": "
       "\"/machine/unattached/device[0]\", \"type\": \"host-x86_64-cpu\"}]}\r\n",
       "{\"timestamp\": {\"seconds\": 1795336466, \"microseconds\": 753068}, \"event\": "
       "\"RTC_CHANGE\", \"data\": {\"offset\": 0, \"qom-path\": \"/machine/unattached/device[8]\"}}"
       "\r\n" +
           kEmptyReturn,
       "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"The command "
       "x-query-hotplug-trace has not been found\"}}\r\n"}};
  EXPECT_EQ(ctl_hotplug(path, std::nullopt, options), kOk);
  EXPECT_EQ(out.str(), "CPU 1 is ordered; this server keeps no trace\n");
  EXPECT_THAT(server.heard(),
              HasSubstr("{\"execute\": \"device_add\", \"arguments\": {\"driver\": "
                        "\"host-x86_64-cpu\", \"id\": \"cpu1\", \"core-id\": 1, \"socket-id\": 0, "
                        "\"thread-id\": 0}}\n"));
}

}  // namespace
}  // namespace unpark
