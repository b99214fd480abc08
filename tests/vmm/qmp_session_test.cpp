// SPDX-License-Identifier: Apache-2.0
// What is expected here was captured from QEMU 7.2, byte for byte, unless a comment says otherwise.
#include "vmm/qmp_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "tests/fakes/fake_machine_control.h"
#include "tests/vmm/qmp_conversation.h"
#include "vmm/version.h"

namespace unpark {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;
using testing::StartsWith;

class QmpSessionTest : public testing::Test {
 protected:
  FakeMachineControl machine;
  QmpConversation client{machine};
};
class QmpSessionNegotiated : public QmpSessionTest {
 protected:
  void SetUp() override { client.negotiate(); }
};

TEST_F(QmpSessionTest, GreetsInQemusFormWithItsOwnPackageAndNoOob) {
  // Version and package are ours.
  EXPECT_EQ(QmpSession::greeting(),
            "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 0, \"minor\": 2, \"major\": 7}, "
            "\"package\": \"unpark-" +
                std::string{kVersion} + "\"}, \"capabilities\": []}}\r\n");
}

TEST_F(QmpSessionTest, BeforeNegotiationEveryCommandIsRefusedKnownOrNot) {
  EXPECT_EQ(client.say(R"({"execute":"query-status"})"),
            "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"Expecting capabilities "
            "negotiation with 'qmp_capabilities'\"}}\r\n");
  EXPECT_EQ(client.say(R"({"execute":"nonexistent","id":7})"),
            "{\"id\": 7, \"error\": {\"class\": \"CommandNotFound\", \"desc\": \"Expecting "
            "capabilities negotiation with 'qmp_capabilities'\"}}\r\n");
}

TEST_F(QmpSessionTest, BadNegotiationIsRefusedAndCanBeTriedAgain) {
  EXPECT_EQ(client.say(R"({"execute":"qmp_capabilities","arguments":{"enable":5},"id":1})"),
            "{\"id\": 1, \"error\": {\"class\": \"GenericError\", \"desc\": \"Invalid parameter "
            "type for 'enable', expected: array\"}}\r\n");
  EXPECT_EQ(client.say(R"({"execute":"qmp_capabilities","arguments":{"enable":[5]},"id":1})"),
            "{\"id\": 1, \"error\": {\"class\": \"GenericError\", \"desc\": \"Invalid parameter "
            "type for 'enable[0]', expected: string\"}}\r\n");
  // QEMU says 'null' where this names the element.
  EXPECT_EQ(
      client.say(R"({"execute":"qmp_capabilities","arguments":{"enable":["bogus"]},"id":"neg0"})"),
      "{\"id\": \"neg0\", \"error\": {\"class\": \"GenericError\", \"desc\": \"Parameter "
      "'enable[0]' does not accept value 'bogus'\"}}\r\n");
  // QEMU offers it.
  EXPECT_EQ(client.say(R"({"execute":"qmp_capabilities","arguments":{"enable":["oob"]}})"),
            "{\"error\": {\"class\": \"GenericError\", \"desc\": \"Capability oob not "
            "available\"}}\r\n");
  EXPECT_FALSE(client.session.negotiated());
  EXPECT_EQ(client.say(R"({"execute":"qmp_capabilities","arguments":{"enable":[]},"id":"neg"})"),
            "{\"return\": {}, \"id\": \"neg\"}\r\n");
  EXPECT_TRUE(client.session.negotiated());
}

TEST_F(QmpSessionNegotiated, NegotiationIsNotRepeated) {
  EXPECT_EQ(client.say(R"({"execute":"qmp_capabilities","id":"again"})"),
            "{\"id\": \"again\", \"error\": {\"class\": \"CommandNotFound\", \"desc\": "
            "\"Capabilities negotiation is already complete, command ignored\"}}\r\n");
}

TEST_F(QmpSessionNegotiated, UnknownCommandIsNamed) {
  EXPECT_EQ(client.say(R"({"execute":"nonexistent","id":1})"),
            "{\"id\": 1, \"error\": {\"class\": \"CommandNotFound\", \"desc\": \"The command "
            "nonexistent has not been found\"}}\r\n");
  EXPECT_EQ(client.say(R"({"execute":"","id":1})"),
            "{\"id\": 1, \"error\": {\"class\": \"CommandNotFound\", \"desc\": \"The command  has "
            "not been found\"}}\r\n");
}

TEST_F(QmpSessionNegotiated, IdIsEchoedWhateverItIs) {
  const auto echo = [&](const std::string& id) {
    const std::string line = client.say("{\"execute\":\"query-status\",\"id\":" + id + "}");
    constexpr std::string_view kBefore =
        "{\"return\": {\"status\": \"running\", \"singlestep\": false, \"running\": true}";
    EXPECT_THAT(line, StartsWith(std::string{kBefore}));
    EXPECT_THAT(line, EndsWith("}\r\n"));
    return line.substr(kBefore.size(), line.size() - kBefore.size() - 3);
  };
  EXPECT_EQ(echo(R"({"a":[1,2]})"), ", \"id\": {\"a\": [1, 2]}");
  EXPECT_EQ(echo("null"), ", \"id\": null");
  EXPECT_EQ(echo("[]"), ", \"id\": []");
  EXPECT_EQ(echo("18446744073709551615"), ", \"id\": 18446744073709551615");
  EXPECT_EQ(echo("-9223372036854775808"), ", \"id\": -9223372036854775808");
  EXPECT_EQ(echo("-1.25e-3"), ", \"id\": -0.00125");
  EXPECT_EQ(echo("\"a\\u0000\\n\""), ", \"id\": \"a\\u0000\\n\"");
  // QEMU writes the digits as capitals.
  EXPECT_EQ(echo("\"\xc3\xa9\xf0\x9f\x98\x80\x7f\""), ", \"id\": \"\\u00e9\\ud83d\\ude00\\u007f\"");
}

TEST_F(QmpSessionNegotiated, DeepestIdIsEchoed) {
  const std::string id = std::string(1023, '[') + std::string(1023, ']');
  EXPECT_EQ(client.say("{\"execute\":\"bogus\",\"id\":" + id + "}"),
            "{\"id\": " + id +
                ", \"error\": {\"class\": \"CommandNotFound\", \"desc\": \"The command bogus has "
                "not been found\"}}\r\n");
}

struct BadRequest {
  std::string input, answer;
};
void PrintTo(const BadRequest& r, std::ostream* out) {
  *out << r.input;
}
class QmpSessionRefuses : public testing::TestWithParam<BadRequest> {};

TEST_P(QmpSessionRefuses, WithQemusSentence) {
  FakeMachineControl machine;
  QmpConversation client{machine};
  client.negotiate();
  EXPECT_EQ(client.say(GetParam().input), GetParam().answer + "\r\n");
  EXPECT_THAT(client.say("{\"execute\":\"query-status\"}"), StartsWith("{\"return\": "));
}

std::string generic(const std::string& id, const std::string& sentence) {
  return "{" + (id.empty() ? "" : "\"id\": " + id + ", ") +
         "\"error\": {\"class\": \"GenericError\", \"desc\": \"" + sentence + "\"}}";
}
const BadRequest kBadRequests[] = {
    {R"({"execute":"query-status","arguments":{"x":1},"id":2})",
     generic("2", "Parameter 'x' is unexpected")},
    {R"({"execute":"query-status","arguments":{"":1},"id":1})",
     generic("1", "Parameter '' is unexpected")},
    {R"({"execute":"query-status","arguments":[],"id":3})",
     generic("3", "QMP input member 'arguments' must be an object")},
    {R"({"execute":"query-status","arguments":null,"id":1})",
     generic("1", "QMP input member 'arguments' must be an object")},
    {R"({"execute":"query-status","bogus":1,"id":4})",
     generic("4", "QMP input member 'bogus' is unexpected")},
    {R"({"id":5})", generic("5", "QMP input lacks member 'execute'")},
    {"[1,2]", generic("", "QMP input must be a JSON object")},
    {"42\n", generic("", "QMP input must be a JSON object")},
    {R"({"execute": })", generic("", "JSON parse error, expecting value")},
    {R"({"id":1,"id":2})", generic("", "JSON parse error, duplicate key")},
    {R"({"execute":42,"id":11})", generic("11", "QMP input member 'execute' must be a string")},
    // QEMU's answer while "oob" is not enabled; here it never is.
    {R"({"exec-oob":"query-status","id":1})",
     generic("1", "QMP input member 'exec-oob' is unexpected")},
    {R"({"exec-oob":5,"id":1})", generic("1", "QMP input member 'exec-oob' is unexpected")},
    {"\x01\n", generic("", "JSON parse error, stray '\\u0001'")},
    {R"({"execute":"quit","arguments":{"a":1}})", generic("", "Parameter 'a' is unexpected")},
};
INSTANTIATE_TEST_SUITE_P(Requests, QmpSessionRefuses, testing::ValuesIn(kBadRequests));

TEST_F(QmpSessionNegotiated, AnswersKeepTheOrderOfTheirRequests) {
  const std::string state =
      "{\"return\": {\"status\": \"running\", \"singlestep\": false, \"running\": true}, ";
  EXPECT_EQ(client.say(R"({"execute":"query-status","id":7}{"execute":"query-status","id":8})"),
            state + "\"id\": 7}\r\n" + state + "\"id\": 8}\r\n");
}

TEST_F(QmpSessionNegotiated, AnswersOneRequestAtATime) {
  std::string_view input = "{\"execute\":\"a\"}{\"execute\":\"b\"}";
  ASSERT_TRUE(client.session.answer(input).has_value());
  EXPECT_EQ(input, "{\"execute\":\"b\"}");
}

TEST_F(QmpSessionTest, EventsAreToldOnlyAfterNegotiation) {
  EXPECT_THAT(client.session.tell(event::Stop{}), IsEmpty());
  client.negotiate();
  EXPECT_EQ(client.session.tell(event::Stop{}),
            "{\"timestamp\": {\"seconds\": 1795336193, \"microseconds\": 648144}, \"event\": "
            "\"STOP\"}\r\n");
}

TEST_F(QmpSessionNegotiated, QuitAnnouncesTheShutdownThenReturnsThenEnds) {
  EXPECT_EQ(client.say(R"({"execute":"quit","id":38}{"execute":"query-status"})"),
            "{\"timestamp\": {\"seconds\": 1795336193, \"microseconds\": 648144}, \"event\": "
            "\"SHUTDOWN\", \"data\": {\"guest\": false, \"reason\": \"host-qmp-quit\"}}\r\n"
            "{\"return\": {}, \"id\": 38}\r\n");
  EXPECT_TRUE(client.session.closing());
  EXPECT_THAT(machine.quit_reasons, ElementsAre("host-qmp-quit"));
}

TEST_F(QmpSessionNegotiated, ShutdownIsToldOnce) {
  machine.on_quit = [&] {
    EXPECT_THAT(client.session.tell(event::Shutdown{false, "host-qmp-quit"}), IsEmpty());
  };
  client.say(R"({"execute":"quit"})");
  EXPECT_THAT(machine.quit_reasons, ElementsAre("host-qmp-quit"));
}

TEST_F(QmpSessionNegotiated, CommandIsRefusedInAStateInWhichItMakesNoSense) {
  machine.state = RunState::kShutdown;
  // The sentence is ours: QEMU has no such table.
  EXPECT_EQ(client.say(R"({"execute":"device_add","arguments":{"driver":"qemu64-x86_64-cpu",
                "id":"a","socket-id":0,"core-id":1,"thread-id":0},"id":1})"),
            "{\"id\": 1, \"error\": {\"class\": \"GenericError\", \"desc\": \"The command "
            "device_add is not permitted while the machine is in state shutdown\"}}\r\n");
  EXPECT_THAT(machine.adds, IsEmpty());
}

}  // namespace
}  // namespace unpark
