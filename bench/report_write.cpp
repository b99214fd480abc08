// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <nlohmann/json.hpp>

#include "bench/report_json.h"

namespace unpark::bench {

namespace {

using Json = nlohmann::ordered_json;

// 12, not 12.0: most samples are whole, and there are many.
Json number(double n) {
  constexpr double kExact = 9007199254740992;  // 2^53
  if (n == std::floor(n) && n >= 0 && n < kExact) return static_cast<std::uint64_t>(n);
  return n;
}

Json object(const Facts& facts) {
  Json j = Json::object();
  for (const auto& [name, value] : facts) j[name] = value;
  return j;
}

Json json(const Host& h) {
  return {{"cpu", h.cpu},
          {"kernel", h.kernel},
          {"kvm_module", h.kvm_module},
          {"kvm_parameters", object(h.kvm_parameters)},
          {"cpus", h.cpus},
          {"smm", h.smm},
          {"mitigations", object(h.mitigations)},
          {"governor", h.governor},
          {"hypervisor", h.hypervisor},
          {"emulated", h.emulated},
          {"virtual", h.is_virtual},
          {"tsc_khz", number(h.tsc_khz)},
          {"noise",
           {{"measure", h.noise.measure},
            {"value", number(h.noise.value)},
            {"unit", h.noise.unit},
            {"noisy", h.noise.noisy}}}};
}

Json json(const Peer& p) {
  Json rounds = Json::array();
  for (const Round& r : p.rounds) {
    Json samples = Json::array();
    for (const double s : r.samples) samples.push_back(number(s));
    rounds.push_back({{"run", r.run}, {"samples", std::move(samples)}, {"lost", r.lost}});
  }
  const Summary& s = p.summary;
  return {{"peer", p.peer},
          {"version", p.version},
          {"rounds", std::move(rounds)},
          {"summary",
           {{"n", s.n},
            {"min", number(s.min)},
            {"p50", number(s.p50)},
            {"p90", number(s.p90)},
            {"p99", number(s.p99)},
            {"max", number(s.max)},
            {"mean", number(s.mean)}}}};
}

Json json(const Bench& b) {
  Json peers = Json::array(), ratios = Json::array(), targets = Json::array();
  for (const Peer& p : b.peers) peers.push_back(json(p));
  for (const Ratio& r : b.ratios)
    ratios.push_back({{"of", r.of},
                      {"to", r.to},
                      {"value", r.interval.value},
                      {"low", r.interval.low},
                      {"high", r.interval.high},
                      {"confidence", r.confidence},
                      {"method", r.method}});
  for (const Target& t : b.targets) targets.push_back({{"to", t.to}, {"ratio", t.ratio}});
  return {{"name", b.name},
          {"title", b.title},
          {"unit", b.unit},
          {"lower_is_better", b.lower_is_better},
          {"cpus", b.cpus},
          {"parked", b.parked},
          {"state", b.state},
          {"peers", std::move(peers)},
          {"ratios", std::move(ratios)},
          {"targets", std::move(targets)}};
}

}  // namespace

std::string json_of(const Report& r) {
  Json order = Json::array(), benches = Json::array();
  for (const OrderEntry& e : r.order)
    order.push_back({{"run", e.run},
                     {"peer", e.peer},
                     {"bench", e.bench},
                     {"cpus", e.cpus},
                     {"started_s", e.started_s}});
  for (const Bench& b : r.benches) benches.push_back(json(b));
  Json j = {{"schema", kSchema},         {"created", r.created},
            {"unpark", r.unpark},        {"command", r.command},
            {"complete", r.complete},    {"host", json(r.host)},
            {"warnings", r.warnings},    {"method", r.method},
            {"order", std::move(order)}, {"benches", std::move(benches)}};
  if (!r.complete) j["incomplete"] = r.incomplete;
  return j.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace unpark::bench
