// SPDX-License-Identifier: Apache-2.0
#include "vmm/control_socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>

#include <string>

#include "tests/vmm/control_server.h"
#include "tests/vmm/raw_client.h"
#include "tests/vmm/temp_dir.h"

namespace unpark {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr std::string_view kQueryStatus = "{\"execute\":\"query-status\"}";
constexpr std::string_view kStatus =
    "{\"return\": {\"status\": \"running\", \"singlestep\": false, \"running\": true}}\r\n";

class ControlSocketTest : public testing::Test {
 protected:
  TempDir dir;
  ControlServer server{dir / "s"};
};

TEST_F(ControlSocketTest, GreetsNegotiatesAndAnswers) {
  RawClient client{server.path};
  EXPECT_THAT(client.line(), StartsWith("{\"QMP\": {\"version\": {\"qemu\": {"));
  client.send("{\"execute\":\"qmp_capabilities\",\"id\":1}\n");
  EXPECT_EQ(client.line(), "{\"return\": {}, \"id\": 1}\r\n");
  client.send(kQueryStatus);
  EXPECT_EQ(client.line(), kStatus);
}

TEST_F(ControlSocketTest, SecondClientWaitsForTheFirstAndNegotiatesAfresh) {
  RawClient first{server.path};
  first.negotiate();
  RawClient second{server.path};
  EXPECT_EQ(second.error(), 0);
  EXPECT_EQ(second.line(50), "<nothing>");
  first.send(kQueryStatus);
  EXPECT_EQ(first.line(), kStatus);
  first.close();
  EXPECT_THAT(second.line(), StartsWith("{\"QMP\""));
  second.send(kQueryStatus);
  EXPECT_THAT(second.line(), HasSubstr("Expecting capabilities negotiation"));
}

TEST_F(ControlSocketTest, ClientThatGoesInTheMiddleOfARequestLeavesNothingBehind) {
  {
    RawClient first{server.path};
    first.negotiate();
    first.send("{\"execute\":\"query-st");
  }
  RawClient second{server.path};
  second.negotiate();
  second.send(kQueryStatus);
  EXPECT_EQ(second.line(), kStatus);
}

TEST_F(ControlSocketTest, AnswersEverythingAfterAHalfCloseThenEnds) {
  RawClient client{server.path};
  client.negotiate();
  std::string requests;
  for (int i = 0; i < 1000; ++i) requests += kQueryStatus;  // more than one turn answers
  client.send(requests);
  client.end_input();
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(client.line(), kStatus) << i;
  EXPECT_EQ(client.line(), "<EOF>");
}

TEST_F(ControlSocketTest, CarriesOutWhatAClientOrderedThatDidNotWaitForTheAnswer) {
  {
    RawClient hasty{server.path};
    hasty.send(
        "{\"execute\":\"qmp_capabilities\"}{\"execute\":\"device_add\",\"arguments\":"
        "{\"driver\":\"qemu64-x86_64-cpu\",\"id\":\"a\",\"socket-id\":0,\"core-id\":2,"
        "\"thread-id\":0}}");
  }
  RawClient next{server.path};  // its turn comes when the first is done
  next.negotiate();
  server.on_loop([](FakeMachineControl& machine, ControlSocket&) {
    ASSERT_EQ(machine.adds.size(), 1U);
    EXPECT_EQ(machine.adds[0].slot, VcpuId{2});
  });
}

TEST_F(ControlSocketTest, QuitEndsTheLoopAfterEventReplyAndEndOfFile) {
  RawClient client{server.path};
  client.negotiate();
  client.send("{\"execute\":\"quit\",\"id\":38}\n{\"execute\":\"query-status\"}\n");
  EXPECT_THAT(client.line(), HasSubstr("\"event\": \"SHUTDOWN\", \"data\": {\"guest\": false, "
                                       "\"reason\": \"host-qmp-quit\"}}\r\n"));
  EXPECT_EQ(client.line(), "{\"return\": {}, \"id\": 38}\r\n");
  EXPECT_EQ(client.line(), "<EOF>");
}

TEST_F(ControlSocketTest, EventsReachTheNegotiatedClientOnly) {
  server.on_loop([](auto&, ControlSocket& socket) { socket.emit(event::Stop{}); });  // nobody there
  RawClient client{server.path};
  EXPECT_THAT(client.line(), StartsWith("{\"QMP\""));
  server.on_loop([](auto&, ControlSocket& socket) { socket.emit(event::Stop{}); });
  client.send("{\"execute\":\"qmp_capabilities\"}");
  EXPECT_EQ(client.line(), "{\"return\": {}}\r\n");
  server.on_loop([](auto&, ControlSocket& socket) { socket.emit(event::Resume{}); });
  EXPECT_THAT(client.line(), HasSubstr("\"event\": \"RESUME\"}\r\n"));
}

TEST_F(ControlSocketTest, EventOfACommandComesBeforeItsReply) {
  server.on_loop([](FakeMachineControl& machine, ControlSocket& socket) {
    machine.on_add = [&](const DeviceAddCpu&) { socket.emit(event::Stop{}); };
  });
  RawClient client{server.path};
  client.negotiate();
  client.send(
      "{\"execute\":\"device_add\",\"arguments\":{\"driver\":\"qemu64-x86_64-cpu\","
      "\"id\":\"a\",\"socket-id\":0,\"core-id\":2,\"thread-id\":0}}");
  EXPECT_THAT(client.line(), HasSubstr("STOP"));
  EXPECT_EQ(client.line(), "{\"return\": {}}\r\n");
}

TEST_F(ControlSocketTest, GateRefusedIsToldOnceASecondWithTheLatestCount) {
  RawClient client{server.path};
  client.negotiate();
  server.on_loop([](auto&, ControlSocket& socket) {
    for (std::uint64_t n = 1; n <= 1000; ++n) socket.emit(event::GateRefused{.count = n});
  });
  EXPECT_THAT(client.line(), HasSubstr("\"count\": 1}}"));
  EXPECT_EQ(client.line(200), "<nothing>");
  EXPECT_THAT(client.line(), HasSubstr("\"count\": 1000}}"));
  EXPECT_EQ(client.line(200), "<nothing>");
}

TEST_F(ControlSocketTest, ClientThatDoesNotReadEventsIsLetGoWithAWarning) {
  RawClient client{server.path};
  client.negotiate();
  const std::string reason(1 << 20, 'x');
  server.on_loop([&](auto&, ControlSocket& socket) {
    for (int i = 0; i < 20; ++i) socket.emit(event::Reset{.guest = true, .reason = reason});
  });
  EXPECT_THAT(server.warnings(), ElementsAre(HasSubstr("the client does not read")));
  RawClient next{server.path};
  next.negotiate();
}

// 40 000 requests whose answers nobody takes: the server stops reading, and goes on later.
TEST_F(ControlSocketTest, ClientThatDoesNotReadAnswersIsNotReadFromEither) {
  constexpr int kRequests = 40000;
  RawClient client{server.path};
  client.negotiate();
  std::thread sender([&] {
    for (int i = 0; i < kRequests; ++i) client.send(kQueryStatus);
  });
  RawClient second{server.path};  // the loop is not blocked meanwhile
  server.on_loop([](auto&, auto&) {});
  int answers = 0;
  while (answers < kRequests && client.line() == kStatus) ++answers;
  client.end_input();
  sender.join();
  EXPECT_EQ(answers, kRequests);
  EXPECT_THAT(server.warnings(), IsEmpty());
}

TEST_F(ControlSocketTest, BadInputOfEveryKindLeavesTheConnectionUsable) {
  RawClient client{server.path};
  client.negotiate();
  const std::string inputs[] = {
      "{\"execute\": }\n",
      std::string(100000, '[') + std::string(100000, ']') + "\n",
      "{\"execute\":\"" + std::string(3000000, 'x') + "\"}\n",
      std::string("\x00\x01\x02\xff\xfe", 5) + "\n",
      "{\"execute\":\"query-status\",\"id\":\"\xc3(\"}\n",
  };
  for (const std::string& input : inputs) {
    client.send(input);
    EXPECT_THAT(client.line(), StartsWith("{\"error\": {\"class\": \"GenericError\", \"desc\": "));
    client.send(kQueryStatus);
    EXPECT_EQ(client.line(), kStatus);
  }
}

TEST_F(ControlSocketTest, EndOfTheMachineIsEndOfFileForClientsInServiceAndWaiting) {
  RawClient client{server.path};
  client.negotiate();
  RawClient waiting{server.path};
  server.end();
  EXPECT_EQ(client.line(), "<EOF>");
  EXPECT_THAT(waiting.line(), testing::AnyOf("<EOF>", "<Connection reset by peer>"));
  EXPECT_NE(RawClient{server.path}.error(), 0);
}

}  // namespace
}  // namespace unpark
