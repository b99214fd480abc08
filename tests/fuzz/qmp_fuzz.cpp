// SPDX-License-Identifier: Apache-2.0
#include <fuzzer/FuzzedDataProvider.h>

#include <set>
#include <string>
#include <string_view>

#include "tests/fakes/fake_machine_control.h"
#include "tests/fuzz/invariant.h"
#include "vmm/qmp_parser.h"
#include "vmm/qmp_session.h"

namespace {

using namespace unpark;

// Pieces of requests, so that the fuzzer gets past the parser; it puts them together as it likes.
constexpr std::string_view kPieces[] = {
    R"({"execute":"device_add","arguments":{"driver":"qemu64-x86_64-cpu","id":"b","socket-id":0,)"
    R"("core-id":3,"thread-id":0}})",
    R"({"execute":"qmp_capabilities"})",
    R"({"execute":)",
    R"("device_add","arguments":{)",
    R"("driver":"qemu64-x86_64-cpu")",
    R"("id":"a")",
    R"("id":)",
    R"("socket-id":0)",
    R"("core-id":1)",
    R"('core-id':'2')",
    R"("thread-id":0)",
    R"("query-cpus-fast")",
    R"("query-hotpluggable-cpus")",
    R"("x-query-hotplug-trace")",
    R"("x-query-boot")",
    R"("quit")",
    R"("arguments":{})",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "'",
    "\\",
    "\\u",
    "d83d",
    "\n",
    "true",
    "1e",
    "-0.5",
    "\xff",
    "\xe2\x82\xac",
};

std::string compose(FuzzedDataProvider& in) {
  std::string bytes;
  while (in.remaining_bytes() > 0 && bytes.size() < 100000) {
    if (in.ConsumeBool()) {
      bytes += in.PickValueInArray(kPieces);
    } else {
      bytes += in.ConsumeRandomLengthString(16);
    }
  }
  return bytes;
}

struct Harness {
  FakeMachineControl machine;
  QmpSession session{machine, [] { return std::chrono::microseconds{1}; }};
  std::string said;

  void hear(std::string_view bytes) {
    while (!bytes.empty()) {
      const std::size_t before = bytes.size();
      const auto lines = session.answer(bytes);
      INVARIANT(lines.has_value() || bytes.empty());
      INVARIANT(bytes.size() <= before);
      if (lines) said += *lines;
    }
  }
  // Every line is one JSON object in printable ASCII, and ends with CR LF.
  void check_lines() const {
    QmpParser parser;
    std::string_view rest = said;
    while (!rest.empty()) {
      const std::size_t end = rest.find("\r\n");
      INVARIANT(end != std::string_view::npos);
      for (const char c : rest.substr(0, end)) INVARIANT(c >= 0x20 && c < 0x7f);
      std::string_view line = rest.substr(0, end);
      INVARIANT(line.starts_with('{'));
      const auto document = parser.next(line);
      INVARIANT(document && document->has_value() && line.empty());
      rest.remove_prefix(end + 2);
    }
  }
  void check_machine() const {
    std::set<std::string> ids;
    for (const DeviceAddCpu& add : machine.adds) {
      INVARIANT(add.slot.value > 0 && add.slot.value < 4);
      INVARIANT(ids.insert(add.id).second);
    }
    INVARIANT(machine.quit_reasons.size() == (session.closing() ? 1U : 0U));
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider in(data, size);
  const std::size_t packet = in.ConsumeIntegralInRange<std::size_t>(1, 64);
  const std::string bytes = compose(in);

  Harness whole, cut;
  whole.hear(bytes);
  for (std::size_t at = 0; at < bytes.size(); at += packet) {
    cut.hear(std::string_view{bytes}.substr(at, packet));
  }
  INVARIANT(whole.said == cut.said);  // however the bytes arrive

  // Whatever came before, FFh and a new line start afresh.
  whole.hear("\xff\n{\"execute\":\"query-version\",\"id\":\"last\"}");
  INVARIANT(whole.session.closing() || whole.said.ends_with("\"id\": \"last\"}\r\n") ||
            whole.said.find("{\"id\": \"last\", \"error\"") != std::string::npos);
  whole.check_lines();
  whole.check_machine();
  return 0;
}
