// SPDX-License-Identifier: Apache-2.0
#include "bench/report_json.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/bench/sample_report.h"

namespace unpark::bench {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// As docs/bench-report.md describes it, typed by hand.
constexpr const char* kReport = R"({
 "schema": "unpark-bench-1", "created": "2026-11-26T20:30:00Z", "unpark": "0.1.0",
 "command": ["unpark", "bench", "smi"], "complete": false, "incomplete": "SIGINT came",
 "host": {"cpu": "some CPU", "kernel": "6.1.0", "kvm_module": "kvm_amd",
          "kvm_parameters": {"npt": "Y"}, "cpus": 2, "smm": "kvm_amd", "mitigations": {"mds": "none"},
          "governor": "unknown", "hypervisor": "TCG", "emulated": true, "virtual": true,
          "tsc_khz": 2500000.5,
          "noise": {"measure": "longest gap", "value": 3.5, "unit": "us", "noisy": false}},
 "warnings": ["careful"],
 "order": [{"run": 0, "peer": "unpark", "bench": "smi.single", "cpus": 1, "started_s": 0.25}],
 "benches": [
  {"name": "smi.single", "title": "SMI on one CPU", "unit": "us", "lower_is_better": true,
   "cpus": 1, "parked": 3, "state": "halted",
   "peers": [{"peer": "unpark", "version": "0.1.0", "rounds": [
                {"run": 0, "samples": [6, 7.5, 6], "lost": 1}, {"run": 2, "samples": [], "lost": 0}],
              "summary": {"n": 3, "min": 6, "p50": 6, "p90": 7.2, "p99": 7.47, "max": 7.5, "mean": 6.5}},
             {"peer": "qemu", "version": "7.2", "rounds": [{"run": 1, "samples": [10], "lost": 0}]}],
   "ratios": [{"of": "unpark", "to": "qemu", "value": 0.6, "low": 0.55, "high": 0.75,
               "confidence": 0.95, "method": "bootstrap"}],
   "target": 0.5}],
 "method": ["in plain words"]})";

std::string error_of(std::string_view text) {
  const auto report = read_report(text);
  return report ? "none" : report.error().message;
}
std::string error_of(const json& document) {
  return error_of(std::string_view(document.dump()));
}
// The report above with one value replaced.
json with(const std::string& pointer, const json& value) {
  json document = json::parse(kReport);
  document[json::json_pointer(pointer)] = value;
  return document;
}
json without(const std::string& parent, const std::string& member) {
  json document = json::parse(kReport);
  document[json::json_pointer(parent)].erase(member);
  return document;
}

TEST(ReadReport, TakesEveryMember) {
  const auto r = read_report(kReport);
  ASSERT_TRUE(r) << r.error().message;
  EXPECT_EQ(r->created, "2026-11-26T20:30:00Z");
  EXPECT_EQ(r->unpark, "0.1.0");
  EXPECT_THAT(r->command, testing::ElementsAre("unpark", "bench", "smi"));
  EXPECT_FALSE(r->complete);
  EXPECT_EQ(r->incomplete, "SIGINT came");
  EXPECT_EQ(r->host.cpu, "some CPU");
  EXPECT_EQ(r->host.kvm_parameters, (Facts{{"npt", "Y"}}));
  EXPECT_EQ(r->host.mitigations, (Facts{{"mds", "none"}}));
  EXPECT_EQ(r->host.cpus, 2u);
  EXPECT_TRUE(r->host.emulated);
  EXPECT_TRUE(r->host.is_virtual);
  EXPECT_EQ(r->host.tsc_khz, 2500000.5);
  EXPECT_EQ(r->host.noise.value, 3.5);
  EXPECT_FALSE(r->host.noise.noisy);
  EXPECT_THAT(r->warnings, testing::ElementsAre("careful"));
  EXPECT_THAT(r->method, testing::ElementsAre("in plain words"));
  ASSERT_EQ(r->order.size(), 1u);
  EXPECT_EQ(r->order[0].bench, "smi.single");
  EXPECT_EQ(r->order[0].started_s, 0.25);
  ASSERT_EQ(r->benches.size(), 1u);
  const Bench& b = r->benches[0];
  EXPECT_EQ(b.name, "smi.single");
  EXPECT_EQ(b.cpus, 1u);
  EXPECT_EQ(b.parked, 3u);
  EXPECT_EQ(b.state, "halted");
  ASSERT_EQ(b.peers.size(), 2u);
  ASSERT_EQ(b.peers[0].rounds.size(), 2u);
  EXPECT_EQ(b.peers[0].rounds[0].samples, (Samples{6, 7.5, 6}));
  EXPECT_EQ(b.peers[0].rounds[0].lost, 1u);
  EXPECT_EQ(b.peers[0].rounds[1].run, 2u);
  EXPECT_EQ(b.peers[0].summary.n, 3u);
  EXPECT_DOUBLE_EQ(b.peers[0].summary.p90, 7.2);
  EXPECT_EQ(b.peers[1].summary.p50, 10) << "calculated: the file has no summary";
  ASSERT_EQ(b.ratios.size(), 1u);
  EXPECT_EQ(b.ratios[0].interval.low, 0.55);
  ASSERT_EQ(b.targets.size(), 1u);
  EXPECT_EQ(b.targets[0].to, "qemu");
  EXPECT_EQ(b.targets[0].ratio, 0.5);
}

TEST(ReadReport, TakesTargetsInBothForms) {
  const auto list = read_report(with("/benches/0/targets", {{{"to", "qemu"}, {"ratio", 0.6}},
                                                            {{"to", "bare"}, {"ratio", 1.15}}})
                                    .dump());
  ASSERT_TRUE(list) << list.error().message;
  ASSERT_EQ(list->benches[0].targets.size(), 2u);
  EXPECT_EQ(list->benches[0].targets[1].to, "bare");
  const auto bare = read_report(with("/benches/0/target_to", "bare").dump());
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->benches[0].targets.at(0).to, "bare");
  const auto none = read_report(with("/benches/0/target", nullptr).dump());
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->benches[0].targets.empty());
}

TEST(ReadReport, LeavesOutWhatALaterVersionAdds) {
  EXPECT_EQ(error_of(with("/later", {{"a", 1}})), "none");
  EXPECT_EQ(error_of(with("/benches/0/peers/0/later", 1)), "none");
}

TEST(WriteReport, ReadsBackAsWritten) {
  Report before = sample_report();
  before.complete = false;
  before.incomplete = "SIGINT \"came\"";
  const std::string text = json_of(before);
  const auto after = read_report(text);
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_EQ(json_of(*after), text);
}

TEST(WriteReport, HasTheMembersOfTheSchema) {
  const json j = json::parse(json_of(*read_report(kReport)));
  json expected = json::parse(kReport);
  // What the writer always gives, and the one form of target.
  json& bench = expected["benches"][0];
  bench.erase("target");
  bench["targets"] = {{{"to", "qemu"}, {"ratio", 0.5}}};
  bench["peers"][1]["summary"] = {{"n", 1},    {"min", 10}, {"p50", 10}, {"p90", 10},
                                  {"p99", 10}, {"max", 10}, {"mean", 10}};
  // Within rounding of what was typed.
  expected["benches"][0]["peers"][0]["summary"] = j["benches"][0]["peers"][0]["summary"];
  EXPECT_EQ(j, expected);
}

TEST(WriteReport, IsOneLineOfAsciiWhateverIsInIt) {
  Report r;
  r.host.cpu = "\xff \xe2\x82\xac \n";
  const std::string text = json_of(r);
  EXPECT_TRUE(
      std::all_of(text.begin(), text.end() - 1, [](char c) { return c >= ' ' && c <= '~'; }));
  EXPECT_EQ(text.back(), '\n');
}

TEST(ReadReport, EveryCutIsRefusedAsCutOff) {
  const std::string text(kReport);
  for (std::size_t size = 0; size < text.size(); size += 7)
    EXPECT_THAT(error_of(std::string_view(text).substr(0, size)), HasSubstr("cut off")) << size;
}

TEST(ReadReport, NoJsonIsRefusedWithItsPlace) {
  EXPECT_THAT(error_of(std::string_view("<!DOCTYPE html>")),
              HasSubstr("is not JSON from byte 1 on"));
  EXPECT_THAT(error_of(std::string_view("{\"a\": nan}")), HasSubstr("is not JSON from byte 8 on"));
  EXPECT_THAT(error_of(std::string_view("{} {}")), HasSubstr("is not JSON from byte 4 on"));
  EXPECT_THAT(error_of(std::string_view("\0\0\0", 3)), HasSubstr("is not JSON from byte 1 on"));
}

TEST(ReadReport, AlienJsonIsRefused) {
  EXPECT_THAT(error_of(std::string_view("{}")),
              AllOf(HasSubstr("not a report"), HasSubstr("schema")));
  EXPECT_THAT(error_of(std::string_view("[]")), HasSubstr("an object"));
  EXPECT_THAT(error_of(std::string_view("null")), HasSubstr("an object"));
  EXPECT_THAT(error_of(with("/schema", "unpark-bench-2")),
              AllOf(HasSubstr("unpark-bench-2"), HasSubstr("unpark-bench-1")));
}

TEST(ReadReport, WhatNestsTooDeepIsRefused) {
  EXPECT_THAT(error_of(std::string_view(std::string(100'000, '['))), HasSubstr("cut off"));
  EXPECT_THAT(error_of(std::string_view(std::string(100'000, '[') + std::string(100'000, ']'))),
              HasSubstr("nests more than 16 levels"));
}

TEST(ReadReport, OneMemberTwiceIsRefused) {
  EXPECT_THAT(error_of(std::string_view(R"({"schema": "unpark-bench-1", "schema": "x"})")),
              AllOf(HasSubstr("schema"), HasSubstr("twice")));
}

TEST(ReadReport, MoreThanItsLimitIsRefusedBeforeItIsParsed) {
  EXPECT_THAT(error_of(std::string_view(std::string(kMaxReportBytes + 1, ' '))),
              HasSubstr("64 MiB"));
}

TEST(ReadReport, EveryMissingMemberIsNamed) {
  for (const char* member : {"created", "unpark", "command", "complete", "host", "warnings",
                             "method", "order", "benches"})
    EXPECT_THAT(error_of(without("", member)), HasSubstr(fmt::format("{} is missing", member)));
  for (const char* member :
       {"cpu", "kernel", "kvm_module", "kvm_parameters", "cpus", "smm", "mitigations", "governor",
        "hypervisor", "emulated", "virtual", "tsc_khz", "noise"})
    EXPECT_THAT(error_of(without("/host", member)), HasSubstr(fmt::format("host.{} is", member)));
  for (const char* member : {"name", "title", "unit", "lower_is_better", "cpus", "peers"})
    EXPECT_THAT(error_of(without("/benches/0", member)),
                HasSubstr(fmt::format("benches[0].{} is missing", member)));
}

struct Bad {
  std::string name, pointer;
  json value;
  std::string sentence;
};
void PrintTo(const Bad& b, std::ostream* out) {
  *out << b.name;
}
class BadMember : public testing::TestWithParam<Bad> {};

TEST_P(BadMember, IsRefusedWithItsPathAndValue) {
  const std::string error = error_of(with(GetParam().pointer, GetParam().value));
  EXPECT_THAT(error, HasSubstr("is not a report of unpark bench: "));
  EXPECT_THAT(error, HasSubstr(GetParam().sentence));
  EXPECT_THAT(error, Not(HasSubstr("\n")));
  EXPECT_LT(error.size(), 300u);
}

const std::string kSample = "/benches/0/peers/0/rounds/0/samples/1";
INSTANTIATE_TEST_SUITE_P(
    Members, BadMember,
    testing::Values(
        Bad{"NegativeSample", kSample, -3, "benches[0].peers[0].rounds[0].samples[1] is -3"},
        Bad{"HugeSample", kSample, 1e308,
            "samples[1] is 1e+308; it must be a number from 0 to 1e+15"},
        Bad{"NullSample", kSample, nullptr, "samples[1] is null"},
        Bad{"TextSample", kSample, "7", "samples[1] is \"7\""},
        Bad{"SamplesNoArray", "/benches/0/peers/0/rounds/0/samples", 7, "an array of numbers"},
        Bad{"NegativeLost", "/benches/0/peers/0/rounds/0/lost", -1, "lost is -1"},
        Bad{"WrongCount", "/benches/0/peers/0/summary/n", 4, "n is 4; it must be 3"},
        Bad{"CpusTooMany", "/host/cpus", 4294967296, "host.cpus is 4294967296"},
        Bad{"CpusFraction", "/benches/0/cpus", 1.5, "benches[0].cpus is 1.5"},
        Bad{"CompleteNumber", "/complete", 1, "complete is 1; it must be true or false"},
        Bad{"TitleLong", "/benches/0/title", std::string(5000, 'x'), "has 5000 bytes"},
        Bad{"NoName", "/benches/0/name", "", "name is \"\""},
        Bad{"TwoPeers", "/benches/0/peers/1/peer", "unpark", "another name"},
        Bad{"RatioToNobody", "/benches/0/ratios/0/to", "bare", "a peer of the bench"},
        Bad{"IntervalTurnedRound", "/benches/0/ratios/0/low", 2, "no more than high"},
        Bad{"Confidence", "/benches/0/ratios/0/confidence", 1, "between 0 and 1"},
        Bad{"FactNumber", "/host/mitigations/mds", 1, "host.mitigations.mds is 1"},
        Bad{"FactsArray", "/host/kvm_parameters", json::array(), "host.kvm_parameters is an array"},
        Bad{"BenchesObject", "/benches", json::object(), "benches is an object"},
        Bad{"BenchText", "/benches/0", "bench", "benches[0] is \"bench\"; it must be an object"},
        Bad{"ManyPeers", "/benches/0/peers", json(std::vector<int>(9, 0)), "it may have 8"},
        Bad{"StartedBefore", "/order/0/started_s", -0.5, "order[0].started_s is -0.5"}),
    [](const auto& i) { return i.param.name; });

TEST(ReadReport, NumberBeyondEveryDoubleIsRefused) {
  EXPECT_THAT(error_of(std::string_view("[1e400]")), HasSubstr("number"));
}

TEST(ReadReport, TheSameBenchTwiceIsRefused) {
  json document = json::parse(kReport);
  document["benches"].push_back(document["benches"][0]);
  EXPECT_THAT(error_of(document), HasSubstr("benches[1] has name, cpus, parked and state"));
  document["benches"][1]["parked"] = 4;
  EXPECT_EQ(error_of(document), "none");
}

}  // namespace
}  // namespace unpark::bench
